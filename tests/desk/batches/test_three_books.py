"""Three books side by side: somebody's own, the gateway's own list, and what was paid here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.clock import now
from app.desk.batches.ages import Age, age_of, began
from app.desk.batches.batch_view import BatchView, batch_view
from app.desk.batches.deeds import Given, Meant, begin_batch, set_columns, start
from app.desk.batches.judging import judge
from app.desk.batches.runner import BatchRunner
from app.desk.batches.verdicts import DISAGREE
from app.desk.books.columns import Columns
from app.desk.retention.books import sweep_books
from app.desk.retention.policy import BOOKS_KEPT
from app.desk.retention.steps import Steps
from app.records.batch_cases import give_case
from app.records.batch_sums import words_said
from app.records.batches import Batch
from app.records.shops import OurShops
from tests.desk.batches.test_runner import asked, batch, rows, verdicts
from tests.desk.conftest import Stage, found

pytestmark = pytest.mark.anyio

BOOK = "OrderID,Amount,Status\nA1,1080,paid\nA2,1080,paid\n"
SCREEN = (
    "OrderID,Amount,Status\nA1,1080,PAYSUCCESS\nA3,1080,PAYSUCCESS\nA4,990,PAYFAIL\nx y,1,paid\n"
)


def given(stage: Stage, book: str = BOOK, screen: str = "", **more: Any) -> str:
    data = Given(stage.shop.environment, book.encode(), screen=screen.encode(), **more)
    key = begin_batch(stage.desk.database, stage.actor, data)
    judge(stage.desk.database, OurShops(sandbox_on=True), key)
    return key


async def run(stage: Stage, key: str, *script: object) -> str:
    stage.says(*(script or (found("PAYSUCCESS"),)))  # type: ignore[arg-type]
    start(stage.desk.database, stage.actor, key)
    await BatchRunner(stage.desk).drain()
    return key


def view(stage: Stage, key: str) -> BatchView:
    with stage.desk.database.reading() as session:
        return batch_view(session, session.get_one(Batch, key))


async def test_what_only_the_gateways_list_has_becomes_a_row_of_its_own(stage: Stage) -> None:
    key = await run(stage, given(stage, screen=SCREEN))
    assert verdicts(stage, key) == {
        "A1": "agrees",
        "A2": "agrees",
        "A3": "paid-not-in-book",
        "A4": "paid-not-in-book",
    }
    lines = rows(stage, key)
    assert [(lines[one].listed, lines[one].screen_line) for one in ("A1", "A2", "A3")] == [
        (True, 2),
        (True, None),
        (False, 3),
    ]
    screen = view(stage, key).screen
    assert screen is not None
    assert (screen.lines, screen.unread, [*screen.unread_lines]) == (3, 1, [5])


async def test_an_answer_that_is_not_what_the_gateways_list_says_is_no_agreement(
    stage: Stage,
) -> None:
    screen = "OrderID,Amount,Status\nA1,1080,PAYFAIL\nA2,990,PAYSUCCESS\n"
    key = await run(stage, given(stage, screen=screen))
    assert verdicts(stage, key) == {"A1": "status-differs", "A2": "amount-differs"}


async def test_what_was_paid_here_and_is_not_in_the_book_is_asked_about_too(stage: Stage) -> None:
    await asked(stage, "C1\nC2", found("PAYSUCCESS"))
    span: dict[str, Any] = {
        "paid_from": now() - timedelta(days=1),
        "paid_until": now() + timedelta(days=1),
    }
    key = given(stage, "OrderID,Amount,Status\nC1,1080,paid\n", **span)
    assert [(one.order_id, one.listed) for one in rows(stage, key).values()] == [
        ("C1", True),
        ("C2", False),
    ]
    assert {one.order_id for one in rows(stage, given(stage, "C9")).values()} == {"C9"}


async def test_a_disagreement_is_as_old_as_the_first_list_that_found_it(stage: Stage) -> None:
    first = await asked(stage, BOOK.replace("A2,1080", "A2,5"), found("PAYSUCCESS"))
    old = datetime(2025, 11, 1, tzinfo=UTC)
    with stage.desk.database.writing() as session:
        session.merge(rows(stage, first)["A2"]).began_at = old
    again = await asked(stage, BOOK.replace("A2,1080", "A2,5"), found("PAYSUCCESS"), reason="again")
    assert (rows(stage, again)["A1"].began_at, rows(stage, again)["A2"].began_at) == (None, old)
    assert view(stage, again).ages[age_of(old, now())] == 1
    # Once a list has found agreement, what comes after is a new one.
    await asked(stage, BOOK, found("PAYSUCCESS"), reason="again")
    later = await asked(stage, BOOK.replace("A2,1080", "A2,5"), found("PAYSUCCESS"), reason="again")
    assert rows(stage, later)["A2"].began_at != old


def test_every_age_begins_where_another_ends() -> None:
    at = now()
    for hours in range(0, 24 * 10, 6):
        since = at - timedelta(hours=hours)
        (age,) = [
            age
            for age in Age
            for after, until in [began(age, at)]
            if (after is None or since > after) and (until is None or since <= until)
        ]
        assert age is age_of(since, at)


async def test_the_difference_is_explained_to_the_last_yen(stage: Stage) -> None:
    book = (
        "OrderID,Amount,Status\nA1,1080,paid\nA2,999,paid\nA3,500,unpaid\nA4,70,paid\nA4,70,paid\n"
    )
    key = await run(stage, given(stage, book))
    shown = view(stage, key)
    assert sum(side.difference for side in shown.causes.values()) == shown.whole.difference
    assert shown.causes.keys() == {"book-amount", "unpaid-in-book", "unreadable"}
    assert sum(side.lines for side in shown.sides.values()) == 5


async def test_the_words_of_a_book_are_asked_once_and_remembered(stage: Stage) -> None:
    book = "注文番号,額,入金状況\nW1,100,済マーク\nW2,100,まだ\n"
    key = given(stage, book)
    with stage.desk.database.reading() as session:
        assert [(one.said, one.paid) for one in words_said(session, key, 9)] == [
            ("まだ", None),
            ("済マーク", None),
        ]
    meant = Meant(Columns(0, 1, status=2, header=True), words={"済マーク": True, "まだ": False})
    assert set_columns(stage.desk.database, key, meant)
    judge(stage.desk.database, OurShops(sandbox_on=True), key)
    for one in (key, given(stage, book.replace("W", "V"))):
        assert [line.paid for line in rows(stage, one).values()] == [True, False]


async def test_a_file_goes_in_time_unless_a_case_speaks_of_it(stage: Stage) -> None:
    keys = [await run(stage, given(stage, f"R{at}")) for at in range(3)]
    row = rows(stage, keys[0])["R0"]
    with stage.desk.database.writing() as session:
        give_case(session, row.id, "0" * 32)
        for key in keys[:2]:
            session.get_one(Batch, key).created_at = now() - BOOKS_KEPT - timedelta(days=1)
    sweep_books(Steps(stage.desk.database))
    assert [batch(stage, key).source is None for key in keys] == [False, True, False]
    assert verdicts(stage, keys[1])
    assert all(one in DISAGREE for one in verdicts(stage, keys[1]).values())
