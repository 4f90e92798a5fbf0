"""The intake of a process: committed before it is looked at, and all of it verified at last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import select

from app.clock import now
from app.desk.callbacks import CallbackIntake, CustomerMessage, Processed
from app.desk.callbacks.customer_message import customer_message
from app.desk.callbacks.intake import Unstored
from app.desk.callbacks.limits import CROWD, RUSH_BATCH
from app.desk.callbacks.storage_failures import StorageFailures
from app.desk.context import Desk
from app.protocol.statuses import Status
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.dropped_callbacks import unseen_losses
from app.records.orders import Source
from tests.desk.callbacks.cast import (
    HEADERS,
    a_shop,
    an_order,
    body,
    patient_intake,
    tampered,
    working,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    async with working(database) as desk:
        yield desk


def verdicts(desk: Desk) -> list[str | None]:
    with desk.database.reading() as session:
        return list(session.exec(select(Callback.verdict)).all())


async def committed(intake: CallbackIntake, number: int) -> Sequence[str]:
    return [
        await intake.receive(tampered(f"A{place}"), HEADERS, "203.0.113.7")
        for place in range(number)
    ]


async def outcomes(intake: CallbackIntake, keys: Sequence[str]) -> Sequence[Processed | None]:
    return await asyncio.gather(*(intake.outcome(key) for key in keys))


async def test_in_a_rush_some_wait_for_their_verdict_and_all_are_verified(desk: Desk) -> None:
    intake = patient_intake(desk)
    waited = await outcomes(intake, await committed(intake, CROWD + 5))
    assert [one is not None for one in waited] == [True] * CROWD + [False] * 5
    assert intake.load.is_rush()
    await desk.tasks.close(60)
    assert verdicts(desk) == ["mismatch"] * (CROWD + 5)


async def test_in_a_flood_a_genuine_one_does_not_wait_until_verifying_has_rested(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.desk.callbacks.limits.REST", 1e12)
    ticks = count()
    intake = CallbackIntake(desk, clock=lambda: next(ticks) * 1e-6, patience=60)
    await outcomes(intake, await committed(intake, CROWD + 10 * RUSH_BATCH))
    assert intake.load.is_rush()
    genuine = await intake.receive(body("GENUINE"), HEADERS, "203.0.113.7")
    processed = await intake.outcome(genuine)
    assert processed is not None
    assert processed.callback.verdict == "verified"
    assert verdicts(desk).count(None) > 0


async def test_a_customer_without_patience_is_answered_without_a_verdict(desk: Desk) -> None:
    intake = CallbackIntake(desk, patience=0)
    [key] = await committed(intake, 1)
    assert await intake.outcome(key) is None
    await desk.tasks.close(60)
    assert verdicts(desk) == ["mismatch"]


async def test_one_that_cannot_be_verified_does_not_hold_up_the_others(desk: Desk) -> None:
    told: list[Callback] = []
    intake = patient_intake(desk, told.extend)
    keys = await committed(intake, 5)
    with spoilt(desk.database, keys[2]):
        waited = await outcomes(intake, keys)
    assert [one is not None for one in waited] == [True, True, False, True, True]
    assert [one.id for one in told] == [key for key in keys if key != keys[2]]


@contextmanager
def spoilt(database: Database, key: str) -> Iterator[None]:
    """While the block lasts, this callback's row cannot be changed."""

    def refuse(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.startswith("UPDATE callbacks") and key in str(parameters):
            raise RuntimeError("spoilt")

    event.listen(database.engine, "before_cursor_execute", refuse)
    yield
    event.remove(database.engine, "before_cursor_execute", refuse)


async def test_what_could_not_be_stored_is_counted_and_raised(desk: Desk) -> None:
    intake = patient_intake(desk)
    with desk.database.writing() as session:
        session.connection().execute(text("ALTER TABLE callbacks RENAME TO away"))
    for _ in range(2):
        with pytest.raises(Exception, match="callbacks"):
            await committed(intake, 1)
    assert intake.unstored.number == 2
    assert intake.unstored.last_at is not None


async def test_losses_are_put_on_record_once_more_when_the_process_stops(desk: Desk) -> None:
    intake, stopping = patient_intake(desk), asyncio.Event()
    failures = StorageFailures(desk, intake, stopping)
    intake.unstored = Unstored(3, now())
    failures.note()
    stopping.set()
    await desk.tasks.close(60)
    with desk.database.reading() as session:
        assert unseen_losses(session)[0] == 3


def test_no_customer_reads_paid_of_an_order_that_we_never_executed() -> None:
    callback = Callback(body=b"", verdict="verified", status=Status.PAYSUCCESS)
    order = an_order(a_shop(), "A1001", Status.PAYSUCCESS)
    order.source = Source.CALLBACK
    assert customer_message(callback, order) is CustomerMessage.PAID
    order.executed_at = None
    assert customer_message(callback, order) is CustomerMessage.BEING_CONFIRMED
