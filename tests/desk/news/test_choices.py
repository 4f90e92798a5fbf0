"""What each person chooses to hear, when, and the day in short."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.clock import now
from app.desk.audit import record_stranger
from app.desk.news import (
    ChannelDraft,
    Choices,
    ChoicesRefused,
    NewsSender,
    choose,
    make_channel,
)
from app.desk.news.hours import GATHERED_FOR, MANY, digest_day, due_at, quiet_until
from app.desk.news.matters import _write, _write_digest, watch
from app.protocol.wire import JST
from app.records.accounts import Role, User
from app.records.attention import Kind
from app.records.bursts import BURST
from app.records.cases import Case, CaseEvent, CaseKind, Deed
from app.records.dropped_callbacks import UNSTORED, Limit, count_dropped
from app.records.news import Channel, ChannelKind, Event, Item, Matter, Phase
from app.records.orders import Conflict, Source
from app.records.shops import Environment
from tests.desk.callbacks.cast import an_order
from tests.desk.conftest import Stage
from tests.desk.news.receivers import Receiver, a_receiver

pytestmark = pytest.mark.anyio

ALL = [str(one) for one in Event]


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, 1, hour, minute, tzinfo=JST)


def a_channel(**chosen: Any) -> Channel:
    kind = ChannelKind.SLACK
    return Channel(user_key="u", kind=kind, name="n", address="x", language="en", **chosen)


@pytest.mark.parametrize(
    ("begins", "ends", "moment", "until"),
    [
        (22, 7, at(23), at(7) + timedelta(days=1)),
        (22, 7, at(6, 59), at(7)),
        (22, 7, at(7), None),
        (22, 7, at(21, 59), None),
        (12, 13, at(12, 30), at(13)),
        (9, 9, at(9), None),
        (None, None, at(3), None),
    ],
)
def test_quiet_hours_are_those_of_japans_day(
    begins: int | None, ends: int | None, moment: datetime, until: datetime | None
) -> None:
    assert quiet_until(a_channel(quiet_from=begins, quiet_to=ends), moment) == until


def test_what_is_urgent_breaks_into_quiet_hours_by_choice_and_only_when_it_begins() -> None:
    night, morning = at(23), at(7) + timedelta(days=1)
    breaks = a_channel(quiet_from=22, quiet_to=7)
    never = a_channel(quiet_from=22, quiet_to=7, urgent_breaks_in=False)
    assert due_at(breaks, Event.CONFLICT, Phase.BEGAN, night, 0) == night
    assert due_at(never, Event.CONFLICT, Phase.BEGAN, night, 0) == morning
    assert due_at(breaks, Event.CONFLICT, Phase.SETTLED, night, 0) == morning
    assert due_at(breaks, Event.UNPROVEN, Phase.BEGAN, night, 0) == morning


def test_after_many_messages_what_follows_is_gathered() -> None:
    moment = at(12)
    assert due_at(a_channel(), Event.CONFLICT, Phase.BEGAN, moment, MANY - 1) == moment
    gathered = due_at(a_channel(), Event.CONFLICT, Phase.BEGAN, moment, MANY)
    assert gathered == moment + GATHERED_FOR


def test_a_digest_comes_once_a_day_from_its_hour_on() -> None:
    channel = a_channel(digest_hour=9)
    assert digest_day(channel, at(8, 59)) is None
    assert digest_day(channel, at(9)) == "2026-12-01"
    channel.digest_day = "2026-12-01"
    assert digest_day(channel, at(23)) is None
    assert digest_day(channel, at(9) + timedelta(days=1)) == "2026-12-02"
    assert digest_day(a_channel(), at(23)) is None


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as taker:
        yield taker


def channel_of(stage: Stage, receiver: Receiver) -> Channel:
    draft = ChannelDraft("webhook", "Ours", receiver.url, language="en")
    return make_channel(stage.desk, stage.actor, draft)


def rows(stage: Stage, kind: type[Any]) -> list[Any]:
    with stage.desk.database.reading() as session:
        return list(session.exec(select(kind).order_by(kind.id)).all())


def add(stage: Stage, *added: object) -> None:
    with stage.desk.database.writing() as session:
        for one in added:
            session.add(one)
            session.flush()


def as_role(stage: Stage, role: Role, *, disabled: bool = False) -> None:
    with stage.desk.database.writing() as session:
        user = session.get_one(User, stage.actor.user_key)
        user.role, user.disabled_at = role, now() if disabled else None


async def test_what_is_urgent_waits_behind_no_other_kind(stage: Stage, receiver: Receiver) -> None:
    channel = channel_of(stage, receiver)
    for number in range(MANY):
        matter = Matter(about=f"m{number}", kind=Event.CONFLICT)
        sent_at = now() - timedelta(seconds=number)
        item = Item(channel_key=channel.id, phase=Phase.BEGAN, matter_key=matter.id)
        item.sent_at = sent_at
        add(stage, matter, item)

    def waits(matter: Matter) -> bool:
        with stage.desk.database.writing() as session:
            session.add(matter)
            session.flush()
            _write(session, matter, [channel], Phase.BEGAN)
        return bool(rows(stage, Item)[-1].due_at > now())

    assert waits(Matter(about="n1", kind=Event.UNPROVEN))
    assert not waits(Matter(about="n2", kind=Event.DOUBLE_PAYMENT))
    assert waits(Matter(about="n3", kind=Event.CONFLICT))


async def test_a_channel_hears_of_the_environments_it_wants_and_of_the_desk(
    stage: Stage, receiver: Receiver
) -> None:
    channel, other = channel_of(stage, receiver), channel_of(stage, receiver)
    wanted = Choices(ALL, environments=["production"], language="en")
    assert choose(stage.desk.database, stage.actor, channel.id, wanted)
    order = an_order(stage.shop, "A1")
    order.conflict, order.conflict_at = Conflict.STATUS, now()
    add(stage, order)
    watch(stage.desk.database)
    assert [one.channel_key for one in rows(stage, Item)] == [other.id]
    with stage.desk.database.writing() as session:
        count_dropped(session, UNSTORED, Limit.STORAGE, 1)
    watch(stage.desk.database)
    assert {one.channel_key for one in rows(stage, Item)[1:]} == {channel.id, other.id}


async def test_what_a_channel_does_not_want_it_is_not_told(
    stage: Stage, receiver: Receiver
) -> None:
    channel, other = channel_of(stage, receiver), channel_of(stage, receiver)
    wanted = [one for one in ALL if one != "conflict"]
    assert choose(stage.desk.database, stage.actor, channel.id, Choices(wanted, language="en"))
    order = an_order(stage.shop, "A1")
    order.conflict, order.conflict_at = Conflict.STATUS, now()
    add(stage, order)
    watch(stage.desk.database)
    assert [one.channel_key for one in rows(stage, Item)] == [other.id]


@pytest.mark.parametrize(
    ("choices", "field"),
    [
        (Choices(ALL, environments=["sandbox"]), "environment"),
        (Choices(ALL, quiet_from="22"), "quiet_to"),
        (Choices(ALL, quiet_from="24", quiet_to="7"), "quiet_from"),
        (Choices(ALL, digest_hour="nine"), "digest_hour"),
        (Choices(ALL, digest_hour="²"), "digest_hour"),
    ],
)
async def test_choices_that_are_none_are_refused_by_field(
    stage: Stage, receiver: Receiver, choices: Choices, field: str
) -> None:
    channel = channel_of(stage, receiver)
    with pytest.raises(ChoicesRefused) as refused:
        choose(stage.desk.database, stage.actor, channel.id, choices)
    assert list(refused.value.problems) == [field]


async def test_whoever_is_locked_out_hears_nothing_more(stage: Stage, receiver: Receiver) -> None:
    channel_of(stage, receiver)
    as_role(stage, Role.ADMIN, disabled=True)
    order = an_order(stage.shop, "A1")
    order.conflict, order.conflict_at = Conflict.STATUS, now()
    add(stage, order)
    watch(stage.desk.database)
    assert rows(stage, Item) == []


async def test_a_case_is_told_to_whom_it_was_given_and_once(
    stage: Stage, receiver: Receiver
) -> None:
    channel_of(stage, receiver)
    giver = User(email="giver@example.jp", role=Role.OPERATOR)
    case = Case(
        number=7,
        environment=Environment.TEST,
        kind=CaseKind.REFUND,
        subject="Ogawa Hanako wants it back",
        opened_by=stage.actor.user_key,
        assignee_key=stage.actor.user_key,
    )
    add(stage, giver, case, CaseEvent(case_key=case.id, deed=Deed.ASSIGNED, user_key=giver.id))
    for _ in range(2):
        watch(stage.desk.database)
    await NewsSender(stage.desk, None).tick()
    [said] = [json.loads(body) for body in receiver.bodies()]
    assert said["data"]["title"].startswith("NET CASH Desk: Case given to you · C-000007")
    assert said["data"]["matters"][0]["href"].endswith(f"/cases/{case.id}")
    assert b"Ogawa" not in receiver.bodies()[0]


@pytest.mark.parametrize(("role", "told"), [(Role.APPROVER, 1), (Role.OPERATOR, 0)])
async def test_a_burst_of_refusals_is_told_to_those_who_read_the_audit_log(
    stage: Stage, receiver: Receiver, role: Role, told: int
) -> None:
    channel_of(stage, receiver)
    as_role(stage, role)
    with stage.desk.database.writing() as session:
        record_stranger(session, BURST, "192.0.2.1")
    watch(stage.desk.database)
    assert len(rows(stage, Item)) == told


async def test_paid_without_a_callback_is_told_after_an_hour(
    stage: Stage, receiver: Receiver
) -> None:
    channel_of(stage, receiver)
    paid = [an_order(stage.shop, one) for one in ("LATE", "FRESH")]
    for order, hours in zip(paid, (2, 0), strict=True):
        order.status, order.source = "PAYSUCCESS", Source.LOOKUP
        order.status_at = order.confirmed_at = now() - timedelta(hours=hours)
    add(stage, *paid)
    watch(stage.desk.database)
    assert [(one.kind, one.order_id) for one in rows(stage, Matter)] == [
        (Event.PAID_UNTOLD, "LATE")
    ]


async def test_two_processes_that_know_of_no_digest_write_one(
    stage: Stage, receiver: Receiver
) -> None:
    channel = channel_of(stage, receiver)
    channel.digest_hour = 0
    add(stage, channel)
    for stale in (a_copy(channel), a_copy(channel)):
        _write_digest(stage.desk.database, stale)
    assert [one.phase for one in rows(stage, Item)] == [Phase.DIGEST]


def a_copy(channel: Channel) -> Channel:
    """The channel as a process has read it before another wrote."""
    return Channel.model_validate(channel.model_dump())


def test_whatever_the_overview_calls_for_is_an_event_by_the_same_word() -> None:
    assert {str(kind) for kind in Kind} <= {str(event) for event in Event}
