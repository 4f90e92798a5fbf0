"""Many reports at once: each does what it would do alone, and all are written or none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import select

from app.desk.status.report_batch import ReportBatch
from app.desk.status.updates import StatusReport, Terms
from app.protocol.statuses import Status
from app.records.changes import Change, Effect
from app.records.claims import StaleClaim
from app.records.database import Database
from app.records.orders import Conflict, Order, Source
from app.records.shops import Confirmation
from tests.desk.callbacks.cast import a_shop, an_order

SAID_AT = datetime(2026, 1, 10, 5, 3, 22, tzinfo=UTC)
TERMS = Terms(Confirmation.AT_ONCE)


@pytest.fixture
def orders(any_database: Database) -> list[str]:
    """The keys of an order that waits, one that was never executed, and one more that waits."""
    shop = a_shop()
    made = [an_order(shop, "A1"), an_order(shop, "A2", Status.UNPROCESSED), an_order(shop, "A3")]
    with any_database.writing() as session:
        session.add(shop)
        session.flush()
        session.add_all(made)
    return [order.id for order in made]


def report(status: Status) -> StatusReport:
    return StatusReport(Source.CALLBACK, status, said_at=SAID_AT)


def test_each_report_of_a_batch_does_what_it_would_do_alone(
    any_database: Database, orders: list[str]
) -> None:
    said = (Status.PAYSUCCESS, Status.PAYSUCCESS, Status.PAYFAIL)
    with any_database.writing() as session:
        batch = ReportBatch(session)
        effects = [
            batch.apply(session.get_one(Order, key), report(status), TERMS)
            for key, status in zip(orders, said, strict=True)
        ]
        batch.write()
    assert effects == [Effect.MOVED, Effect.CONFLICT, Effect.MOVED]
    with any_database.reading() as session:
        found = [session.get_one(Order, key) for key in orders]
        changes = session.exec(select(Change).order_by(Change.id)).all()
    assert [order.status for order in found] == ["PAYSUCCESS", "UNPROCESSED", "PAYFAIL"]
    assert [order.conflict for order in found] == [None, Conflict.NEVER_EXECUTED, None]
    assert [one.order_key for one in changes] == orders
    assert {one.said_at for one in changes} == {SAID_AT}


def report_while_one_expires(database: Database, orders: list[str]) -> None:
    with database.writing() as session:
        batch = ReportBatch(session)
        for key in orders:
            batch.apply(session.get_one(Order, key), report(Status.PAYSUCCESS), TERMS)
        expiry = text("UPDATE orders SET status = 'EXPIRED' WHERE id = :key")
        session.connection().execute(expiry, {"key": orders[2]})
        batch.write()


def test_a_claim_that_is_not_the_one_read_undoes_the_whole_batch(
    any_database: Database, orders: list[str]
) -> None:
    with pytest.raises(StaleClaim):
        report_while_one_expires(any_database, orders)
    with any_database.reading() as session:
        assert session.get_one(Order, orders[0]).status == "REQSUCCESS"
        assert session.exec(select(Change)).all() == []
