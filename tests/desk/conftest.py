"""A desk over a real database, and a gateway that says what a test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import SQLModel, select

from app.clock import now
from app.desk.actions import Decision, decision_of
from app.desk.context import Actor, BackgroundTasks, Desk, DeskSettings
from app.desk.gateway_calls.lookups import look_up
from app.desk.gateway_calls.scheduled_lookups import LookupScheduler
from app.desk.orders.transactions import Draft, execute, open_order, register
from app.gateway import Gateway
from app.protocol.wire import encode_answer
from app.records.accounts import Role, User
from app.records.changes import Change, changes_of
from app.records.database import Database
from app.records.exchanges import Exchange, exchanges_of
from app.records.group_writer import GroupWriter
from app.records.keys import new_key
from app.records.orders import Order
from app.records.shops import Environment, Shop
from tests.conftest import swept
from tests.scripted import ScriptedGateway, Step, http

PASSWORD = "s3cr3tpw"
ACCESS_ID, ACCESS_PASS = "a" * 32, "b" * 32
TOKEN = "tok+en/with-all-kinds"
RET_URL = "https://shop.example/return"
PATIENCE = 30.0
"""Seconds that a call may take. No test waits for them: a script says when time is up."""
SILENCE: Sequence[Step] = ()
"""A gateway that takes the request and closes the connection without a word."""


def entered(order_id: str = "A1001", access_id: str = ACCESS_ID) -> bytes:
    values = {"OrderID": order_id, "AccessID": access_id, "AccessPass": ACCESS_PASS}
    return http(encode_answer(values.items()))


def executed(start: str, access_id: str = ACCESS_ID) -> bytes:
    values = {"AccessID": access_id, "Token": TOKEN, "StartURL": start}
    return http(encode_answer(values.items()))


def found(status: str, amount: int = 1000, tax: int = 80, access_id: str = ACCESS_ID) -> bytes:
    values = {
        "Status": status,
        "ProcessDate": "20260110140322",
        "AccessID": access_id,
        "AccessPass": ACCESS_PASS,
        "Amount": str(amount),
        "Tax": str(tax),
        "Currency": "JPN",
        "ClientField1": "",
        "PayType": "16",
        "NetCashPayType": "NETCASH",
    }
    return http(encode_answer(values.items()))


def refused(*codes: str) -> bytes:
    errors = "|".join(codes)
    return http(f"ErrCode={'|'.join(code[:3] for code in codes)}&ErrInfo={errors}".encode())


@dataclass
class Stage:
    """An operator of one shop at the desk, and the gateway across the wire."""

    desk: Desk
    actor: Actor
    shop: Shop
    gateway: ScriptedGateway

    def says(self, *script: Step) -> None:
        """What the gateway does from now on; nothing: it closes the connection."""
        self.gateway.script = list(script)

    def draft(self, **values: str) -> Draft:
        typed = {"OrderID": "A1001", "Amount": "1000", "Tax": "80", "RetURL": RET_URL}
        typed |= {"shop_key": self.shop.id, "form_key": new_key()}
        return Draft(**(typed | values))

    def open(self, **values: str) -> Order:
        return open_order(self.desk, self.actor, self.draft(**values))[0]

    async def register(self, order: Order, *script: Step) -> Order:
        self.says(*script)
        await (await register(self.desk, self.actor, order.id))
        return self.order(order)

    async def registered(self, **values: str) -> Order:
        order = self.open(**values)
        return await self.register(order, entered(order.order_id))

    async def execute(self, order: Order, *script: Step) -> Order:
        self.says(*script)
        await (await execute(self.desk, self.actor, order.id))
        return self.order(order)

    async def requested(self, **values: str) -> Order:
        order = await self.registered(**values)
        return await self.execute(order, executed(self.start_url))

    async def ask(self, order_id: str, *script: Step, reason: str | None = None) -> Exchange:
        self.says(*script)
        key, task = await look_up(self.desk, self.actor, self.shop, order_id, reason)
        await task
        with self.desk.database.reading() as session:
            return session.get_one(Exchange, key)

    async def look_up(self, order: Order, *script: Step, reason: str | None = None) -> Order:
        await self.ask(order.order_id, *script, reason=reason)
        return self.order(order)

    @property
    def start_url(self) -> str:
        return f"{self.gateway.url}/payment/NetCashStart.idPass"

    def moves_to(self, url: str) -> None:
        """From now on the shop's gateway has this address."""
        with self.desk.database.writing() as session:
            session.get_one(Shop, self.shop.id).gateway_url = url

    def settle_time(self, seconds: float) -> None:
        """From when an unanswered call can no longer be at work."""
        settle = timedelta(seconds=seconds)
        self.desk.settings = replace(self.desk.settings, gateway_settle=settle)

    def order(self, order: Order) -> Order:
        with self.desk.database.reading() as session:
            return session.get_one(Order, order.id)

    def order_numbered(self, order_id: str) -> Order | None:
        with self.desk.database.reading() as session:
            return session.exec(select(Order).where(Order.order_id == order_id)).one_or_none()

    def decision(self, order: Order) -> Decision:
        with self.desk.database.reading() as session:
            fresh = session.get_one(Order, order.id)
            return decision_of(session, fresh, now(), self.desk.settings.gateway_settle)

    def exchanges(self, order: Order) -> Sequence[Exchange]:
        with self.desk.database.reading() as session:
            return exchanges_of(session, order.id)

    def effects(self, order: Order) -> list[str]:
        return [change.effect for change in self.changes(order)]

    def changes(self, order: Order) -> Sequence[Change]:
        with self.desk.database.reading() as session:
            return changes_of(session, order.id)

    def time_passes(self, by: timedelta) -> None:
        """Let everything that has happened so far have happened earlier."""
        with self.desk.database.writing() as session:
            for table in (Order, Exchange, Change):
                for row in session.exec(select(table)).all():
                    _earlier(row, by)


def _earlier(row: SQLModel, by: timedelta) -> None:
    for name, value in row.model_dump().items():
        if isinstance(value, datetime):
            setattr(row, name, value - by)


@asynccontextmanager
async def staged(
    database: Database, gateway: ScriptedGateway | None = None
) -> AsyncIterator[Stage]:
    """A stage over this database. Several over one, with one gateway, are several processes."""
    gateway = gateway or ScriptedGateway()
    desk = Desk(
        database,
        GroupWriter(database),
        Gateway(PATIENCE, gateway),
        BackgroundTasks(),
        DeskSettings("http://desk.example", None, PATIENCE, timedelta(seconds=90)),
    )
    actor, shop = _people_and_shop(database, gateway.url)
    desk.writer.start()
    yield Stage(desk, actor, shop, gateway)
    await desk.tasks.close(grace=0)
    await desk.gateway.close()
    await desk.writer.stop()


async def both_drained(one: Stage, other: Stage, answer: bytes) -> int:
    """Two processes look for due lookups at once: how many they asked for.

    The answer waits until one of them is through, which then has found nothing to ask.
    """
    held = asyncio.Event()
    one.says(held, answer)
    passes = [asyncio.create_task(LookupScheduler(each.desk).drain()) for each in (one, other)]
    await asyncio.wait(passes, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    held.set()
    return sum(await asyncio.gather(*passes))


def _people_and_shop(database: Database, gateway_url: str) -> tuple[Actor, Shop]:
    with database.writing() as session:
        user = session.exec(select(User)).first() or User(
            email="ogawa@example.jp", role=Role.OPERATOR
        )
        shop = session.exec(select(Shop)).first() or Shop(
            shop_id="tshop00000077",
            environment=Environment.TEST,
            name="Test shop",
            password=PASSWORD,
            gateway_url=gateway_url,
        )
        session.add_all([user, shop])
    return Actor(user.id, user.email, user.role, "192.0.2.1"), shop


@pytest.fixture
def stage_database(kept_sqlite: Database) -> Iterator[Database]:
    """An empty SQLite database."""
    yield kept_sqlite
    swept(kept_sqlite)


@pytest.fixture
async def stage(stage_database: Database) -> AsyncIterator[Stage]:
    """A stage on SQLite."""
    async with staged(stage_database) as stage:
        yield stage


@pytest.fixture
async def any_stage(any_database: Database) -> AsyncIterator[Stage]:
    """The same test on SQLite and on PostgreSQL."""
    async with staged(any_database) as stage:
        yield stage
