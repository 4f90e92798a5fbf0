"""Events that concern some people and not others, or the desk itself: who hears of them, and when
they have ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.clock import now
from app.desk.callbacks.raw import INSERT, raw_row
from app.desk.cases.deeds import add_note
from app.desk.cases.refunds import propose, refuse
from app.desk.context import Actor
from app.desk.health.conditions import JUDGED_WITHIN
from app.desk.news import ChannelDraft, make_channel
from app.desk.news.matters import watch
from app.desk.orders.dismissals import dismiss_copies
from app.records.callbacks import Callback
from app.records.cases import Case
from app.records.keys import key_at
from app.records.news import Channel, Event, Item, Matter, Phase
from app.records.shops import Environment
from tests.desk.cases.conftest import Investigation, investigating
from tests.desk.conftest import Stage

pytestmark = pytest.mark.anyio


@pytest.fixture
async def investigation(stage: Stage) -> Investigation:
    return await investigating(stage)


def listens(stage: Stage, actor: Actor) -> None:
    draft = ChannelDraft("email", actor.email, actor.email, language="en")
    make_channel(stage.desk, actor, draft)


def told(stage: Stage) -> set[tuple[str, Event, Phase]]:
    """Who is told what, by the names of the channels."""
    watch(stage.desk.database)
    with stage.desk.database.reading() as session:
        query = select(Channel.name, Matter.kind, Item.phase).where(
            Item.channel_key == Channel.id, Item.matter_key == Matter.id
        )
        return {(name, Event(kind), Phase(phase)) for name, kind, phase in session.exec(query)}


def set_on(stage: Stage, case: Case, **values: Any) -> None:
    with stage.desk.database.writing() as session:
        row = session.get_one(Case, case.id)
        for name, value in values.items():
            setattr(row, name, value)


async def test_a_refund_is_told_to_those_who_may_approve_it_and_not_to_who_proposed_it(
    stage: Stage, investigation: Investigation
) -> None:
    people = (investigation.operator, investigation.approver, investigation.other_approver)
    for actor in people:
        listens(stage, actor)
    key = propose(stage.desk, people[0], investigation.case.id, investigation.draft())
    began = {(one.email, Event.REFUND, Phase.BEGAN) for one in people[1:]}
    assert told(stage) == began
    refuse(stage.desk, people[1], investigation.case.id, key, "paid back by hand")
    assert told(stage) == began | {(one.email, Event.REFUND, Phase.SETTLED) for one in people[1:]}


@pytest.mark.parametrize(
    ("field", "event"), [("due_at", Event.CASE_OVERDUE), ("stirred_at", Event.CASE_REOPENED)]
)
async def test_a_case_that_waits_is_told_to_whose_it_is_and_to_all_where_it_is_nobodys(
    stage: Stage, investigation: Investigation, field: str, event: Event
) -> None:
    mine, others = investigation.approver, investigation.other_approver
    for actor in (mine, others):
        listens(stage, actor)
    case, past = investigation.case, now() - timedelta(minutes=1)
    set_on(stage, case, assignee_key=mine.user_key, **{field: past})
    assert told(stage) == {(mine.email, event, Phase.BEGAN)}
    set_on(stage, case, **{field: None})
    ended = {(mine.email, event, phase) for phase in (Phase.BEGAN, Phase.SETTLED)}
    assert told(stage) == ended
    set_on(stage, case, assignee_key=None, **{field: past})
    assert told(stage) == ended | {(others.email, event, Phase.BEGAN)}


async def test_a_case_of_somebody_who_hears_nothing_is_told_to_all(
    stage: Stage, investigation: Investigation
) -> None:
    listens(stage, investigation.approver)
    past = now() - timedelta(minutes=1)
    set_on(
        stage,
        investigation.case,
        assignee_key=investigation.other_approver.user_key,
        due_at=past,
    )
    assert told(stage) == {(investigation.approver.email, Event.CASE_OVERDUE, Phase.BEGAN)}


async def test_what_reopened_a_case_is_settled_by_the_first_deed_in_it(
    stage: Stage, investigation: Investigation
) -> None:
    listens(stage, investigation.approver)
    set_on(stage, investigation.case, stirred_at=now())
    assert {phase for *_, phase in told(stage)} == {Phase.BEGAN}
    add_note(stage.desk, investigation.approver, investigation.case.id, "seen")
    assert {phase for *_, phase in told(stage)} == {Phase.BEGAN, Phase.SETTLED}


async def test_results_that_wait_too_long_for_their_verdict_are_told_until_they_have_it(
    stage: Stage,
) -> None:
    listens(stage, stage.actor)
    key = left(stage, now() - JUDGED_WITHIN / 2)
    assert told(stage) == set()
    judge(stage, key)
    key = left(stage, now() - 2 * JUDGED_WITHIN)
    assert told(stage) == {(stage.actor.email, Event.JUDGING_LATE, Phase.BEGAN)}
    judge(stage, key)
    assert {phase for *_, phase in told(stage)} == {Phase.BEGAN, Phase.SETTLED}


async def test_copies_that_prove_nothing_of_unknown_orders_are_told_once_until_somebody_speaks(
    stage: Stage,
) -> None:
    listens(stage, stage.actor)
    came: dict[str, Any] = {"verdict": "mismatch", "environment": Environment.TEST}
    bring(stage, **came)  # by a stranger's browser
    bring(stage, copied=True, **came | {"environment": Environment.SANDBOX})
    bring(stage, copied=True, **came | {"verdict": "verified"})
    assert told(stage) == set()
    for environment in (Environment.TEST, None):
        bring(stage, copied=True, **came | {"environment": environment})
        assert told(stage) == {(stage.actor.email, Event.UNPROVEN_COPY, Phase.BEGAN)}
    with stage.desk.database.reading() as session:
        assert len(session.exec(select(Item)).all()) == 1
    dismiss_copies(stage.desk, stage.actor, "A ShopPass of last year")
    assert {phase for *_, phase in told(stage)} == {Phase.BEGAN, Phase.SETTLED}


def bring(stage: Stage, *, copied: bool = False, **values: Any) -> None:
    key = key_at(now())
    digest = key.ljust(64, "0") if copied else None
    callback = Callback(id=key, body=b"x", copied_digest=digest, judged_at=now(), **values)
    with stage.desk.database.writing() as session:
        session.add(callback)


def left(stage: Stage, at: datetime) -> str:
    """A result came then, and nobody has judged it."""
    row = raw_row(b"A", [], "", 2) | {"id": key_at(at)}
    stage.desk.database.append(INSERT, [row])
    return str(row["id"])


def judge(stage: Stage, key: str) -> None:
    with stage.desk.database.writing() as session:
        callback = session.get_one(Callback, key)
        callback.judged_at, callback.verdict = now(), "malformed"
