"""Disagreements stand until a later list agrees or a closed case has settled them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from app.clock import now
from app.desk.batches.ages import Age, began
from app.desk.batches.standing import standing
from app.desk.batches.verdicts import DISAGREE
from app.records.batch_cases import give_case
from app.records.batches import Batch, BatchItem
from app.records.cases import Case, CaseKind, CaseState
from app.records.disagreements import standing_disagreements, take_over
from tests.desk.batches.test_runner import asked
from tests.desk.conftest import Stage, found
from tests.scripted import TIMED_OUT

pytestmark = pytest.mark.anyio

PAID_ALONE, AMOUNT = "book-paid-not-here", "amount-differs"


def a_list(stage: Stage, days_old: float = 0, **verdicts: str) -> str:
    """A list that came to these verdicts, by OrderID; its disagreements began so long ago."""
    made = Batch(environment=stage.shop.environment, sha256="0" * 64)
    with stage.desk.database.writing() as session:
        session.add(made)
        session.flush()
        for line, (number, verdict) in enumerate(verdicts.items()):
            since = now() - timedelta(days=days_old) if verdict in DISAGREE else None
            which: dict[str, Any] = {
                "order_id": number,
                "shop_key": stage.shop.id,
                "verdict": verdict,
            }
            item = BatchItem(batch_key=made.id, line=line, began_at=since, **which)
            session.add(item)
            session.flush()
            take_over(session, [item])
        return made.id


def standing_numbers(stage: Stage, age: Age | None = None, verdict: str = "") -> Sequence[str]:
    with stage.desk.database.reading() as session:
        found = standing_disagreements(
            session,
            stage.shop.environment,
            verdict=verdict,
            began=began(age, now()) if age else (None, None),
            limit=100,
        )
        return [one.item.order_id for one in found]


async def test_a_later_answer_settles_or_takes_over_and_silence_does_neither(stage: Stage) -> None:
    def book(*lines: str) -> str:
        return "\n".join(("OrderID,Amount,Status", *lines))

    paid, failed = found("PAYSUCCESS"), found("PAYFAIL")
    await asked(stage, book("A1,5,paid", "A2,5,paid", "A3,5,paid", "A4,1080,paid"), paid)
    assert standing_numbers(stage) == ["A1", "A2", "A3"]
    await asked(stage, book("A1,1080,paid"), paid, reason="again")
    await asked(stage, book("A2,1080,paid"), TIMED_OUT, reason="again")
    await asked(stage, book("A3,1080,paid"), failed, reason="again")
    assert standing_numbers(stage) == ["A2", "A3"]
    assert standing_numbers(stage, verdict=AMOUNT) == ["A2"]
    assert standing_numbers(stage, verdict=PAID_ALONE) == ["A3"]


async def test_a_closed_case_settles_and_one_that_is_opened_again_does_not(stage: Stage) -> None:
    a_list(stage, A1=PAID_ALONE)
    with stage.desk.database.reading() as session:
        (row,) = standing_disagreements(session, stage.shop.environment, limit=9)
    environment, by = stage.shop.environment, stage.actor.user_key
    made = Case(
        number=1, environment=environment, kind=CaseKind.AMOUNT, subject="", opened_by=by or ""
    )
    with stage.desk.database.writing() as session:
        session.add(made)
        session.flush()
        give_case(session, row.item.id, made.id)
    for state, stands in (
        (CaseState.OPEN, ["A1"]),
        (CaseState.CLOSED, []),
        (CaseState.OPEN, ["A1"]),
    ):
        with stage.desk.database.writing() as session:
            session.get_one(Case, made.id).state = state
        assert standing_numbers(stage) == stands


async def test_every_figure_counts_the_rows_behind_it_in_both_databases(any_stage: Stage) -> None:
    stage = any_stage
    for days, numbers in ((0.5, "AB"), (2, "CDE"), (5, "F"), (30, "GH")):
        a_list(stage, days, **{one: AMOUNT if one in "BDG" else PAID_ALONE for one in numbers})
    with stage.desk.database.reading() as session:
        figures = standing(session, stage.shop.environment, now())
    assert [figures.number(age=age) for age in Age] == [2, 3, 1, 2]
    for age in (None, *Age):
        for verdict in DISAGREE:
            assert figures.number(verdict, age) == len(standing_numbers(stage, age, verdict))
    assert standing_numbers(stage)[:2] == ["G", "H"]  # the oldest first
    assert figures.number() == 8
