"""Callbacks for the tests: signed bodies, a desk that receives them, an order that waits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from app.clock import now
from app.desk.callbacks import CallbackIntake, Processed
from app.desk.context import BackgroundTasks, Desk, DeskSettings
from app.gateway import Gateway
from app.protocol.checkstring import signed_result
from app.protocol.statuses import Status
from app.protocol.wire import jst_stamp
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.group_writer import GroupWriter
from app.records.orders import Order, Source
from app.records.shops import Environment, Shop

SHOP, PASSWORD = "tshop00000001", "tpass7xq"
HEADERS = [("content-type", "application/x-www-form-urlencoded"), ("cookie", "a=b")]


def body(
    OrderID: str,
    status: Status = Status.PAYSUCCESS,
    at: datetime | None = None,
    password: str = PASSWORD,
    shop: str = SHOP,
) -> bytes:
    """A callback as the gateway signs it, on its way through a browser."""
    stamp = jst_stamp(at or now())
    return urlencode(signed_result(shop, OrderID, status, stamp, password).pairs()).encode()


def tampered(OrderID: str) -> bytes:
    """A refusal that somebody turned into a success."""
    return body(OrderID, Status.PAYFAIL).replace(b"PAYFAIL", b"PAYSUCCESS")


def a_shop(shop_id: str = SHOP, password: str = PASSWORD) -> Shop:
    return Shop(shop_id=shop_id, environment=Environment.SANDBOX, name="Shop", password=password)


def an_order(shop: Shop, order_id: str, status: Status = Status.REQSUCCESS) -> Order:
    """An order that was executed and now waits for the customer."""
    executed = None if status is Status.UNPROCESSED else now()
    return Order(
        shop_key=shop.id,
        environment=shop.environment,
        order_id=order_id,
        amount=1200,
        status=status,
        source=Source.EXEC,
        status_at=now(),
        executed_at=executed,
    )


def desk_over(database: Database, sandbox_url: str | None = "http://127.0.0.1:1/sandbox") -> Desk:
    terms = DeskSettings("http://127.0.0.1:1", sandbox_url, 3, timedelta(seconds=1))
    return Desk(database, GroupWriter(database), Gateway(3), BackgroundTasks(), terms)


@asynccontextmanager
async def working(database: Database) -> AsyncIterator[Desk]:
    """A desk whose writer runs, with the sandbox's shop."""
    desk = desk_over(database)
    with database.writing() as session:
        session.add(a_shop())
    desk.writer.start()
    try:
        yield desk
    finally:
        await desk.tasks.close()
        await desk.writer.stop()


def patient_intake(
    desk: Desk, tell: Callable[[Sequence[Callback]], None] = lambda _: None
) -> CallbackIntake:
    """An intake whose customers wait longer than any machine is busy, and which never rushes."""
    return CallbackIntake(desk, tell, clock=lambda: 0.0, patience=60)


async def bring(desk: Desk, raw: bytes) -> Processed:
    """A browser brings a body and waits for its page."""
    intake = patient_intake(desk)
    processed = await intake.outcome(await intake.receive(raw, HEADERS, "203.0.113.7"))
    assert processed is not None
    return processed


@contextmanager
def row(desk: Desk, key: str) -> Iterator[Callback]:
    """A callback as it stands in the database."""
    with desk.database.reading() as session:
        yield session.get_one(Callback, key)


LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
