"""A desk with all that is around it: the line, the gateway, a clock, and the story so far.

The desk is the real one, over a real database. What is simulated lies outside it.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import col, select, update

import app.gateway
from app.desk.actions import Decision, decision_of
from app.desk.actions.disputes import Dispute, conflicts_standing
from app.desk.callbacks import CallbackIntake, CustomerMessage, process_waiting
from app.desk.context import Actor, BackgroundTasks, Desk, DeskSettings
from app.desk.gateway_calls.send import close_interrupted
from app.desk.notifications import NotificationIntake
from app.desk.retention import RetentionPolicy
from app.desk.status.unproven import quiet_since
from app.records.accounts import Role, User
from app.records.attention import needs_attention
from app.records.database import Database
from app.records.exchanges import WAITING, Exchange
from app.records.group_writer import GroupWriter
from app.records.orders import Order
from app.records.shops import Environment, Shop
from tests.conftest import swept
from tests.model.clock import Clock
from tests.model.gateway import SHOP_ID, SHOP_PASS, Gateway
from tests.model.line import HOST, KILLS, PATIENCE, START_URL, Fate, Line

SETTLE = timedelta(seconds=90)
BETWEEN_ACTS = timedelta(seconds=1)
ADDRESS = "192.0.2.9"
DESK = "the desk"
"""Who makes the calls that nobody has asked for."""


class ProcessWriter(GroupWriter):
    """The writer of all, as one process of the desk has it: a dead one hands nothing in."""

    def __init__(self, shared: GroupWriter) -> None:
        self._shared, self.dead = shared, False

    def _hand_in(self, work: Any) -> asyncio.Future[Any]:
        if self.dead:
            raise asyncio.CancelledError
        return self._shared._hand_in(work)


Deed = Callable[[], Coroutine[Any, Any, object]]
T = TypeVar("T")


@dataclass(frozen=True)
class Heard:
    """A genuine result that a browser has brought; `disputed`: a conflict stands then."""

    at: datetime
    order_id: str
    state: str
    body: bytes
    disputed: bool


@dataclass(frozen=True)
class Seen:
    """An order as the desk shows it now."""

    order: Order
    decision: Decision


class World:
    """One desk for many histories. `begin` sweeps it for the next one."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.clock, self.line = clock, Line()
        self._database, self._writer = database, GroupWriter(database)
        self._calls = app.gateway.Gateway(PATIENCE.total_seconds(), self.line)
        self._loop = asyncio.new_event_loop()
        self.run(self._start_writer())

    def begin(self) -> None:
        """Nothing has happened yet."""
        swept(self._database)
        self.clock.begin()
        self.gateway = Gateway(self.clock.now, START_URL)
        self.line.begin(self.clock, self.gateway)
        self.story: list[str] = []
        self.heard: list[Heard] = []
        self.read: list[tuple[str, CustomerMessage]] = []
        self.settled: list[tuple[datetime, str]] = []
        self._open_shop()
        self._desk = self._new_desk()
        self._seen: list[Seen] | None = None

    @property
    def desk(self) -> Desk:
        """The desk. Whoever takes hold of it may change what it shows."""
        self._seen = None
        return self._desk

    def close(self) -> None:
        """The end of all histories."""
        self.run(self._calls.close())
        self.run(self._writer.stop())
        self._loop.close()

    def run(self, deed: Coroutine[Any, Any, T]) -> T:
        """Do what the desk does in its event loop."""
        self._seen = None
        return self._loop.run_until_complete(deed)

    def tells(self, sentence: str) -> None:
        """What happens next in the story; it takes a moment."""
        self.clock.passes(BETWEEN_ACTS)
        self.line.arrive()
        self.story.append(f"{self.clock.now():%d %H:%M:%S}  {sentence}")

    def passes(self, by: timedelta) -> None:
        """Nothing happens for a while."""
        self.clock.passes(by)
        self._seen = None
        self.tells(f"{by} pass.")

    def call(self, by: str, fate: Fate, deed: Deed) -> None:
        """Let the desk make a call which this befalls."""
        self.line.by, self.line.fate = by, fate
        self.run(self._dying(deed) if fate in KILLS else _to_its_end(deed))
        self.line.fate = Fate.ANSWERED

    def receive_result(self, order_id: str, body: bytes) -> CustomerMessage:
        """A result comes to RetURL and is judged; what its customer reads then."""
        told = self.run(self._judged(body))
        self.read.append((order_id, told))
        return told

    def receive_notice(self, body: bytes) -> None:
        """A notice comes from the gateway's server, or from anybody."""
        self.run(self._notices.receive(body, ADDRESS))

    def store_result(self, body: bytes) -> None:
        """A result is stored, and nobody judges it yet."""
        self.run(self._results.receive(body, [], ADDRESS))

    def restarts(self) -> None:
        """The desk's process is killed, and another one started."""
        self.run(self._start_anew())

    def seen(self) -> list[Seen]:
        """Every order as the desk shows it now, oldest first."""
        if self._seen is None:
            with self._database.reading() as session:
                orders = session.exec(select(Order).order_by(col(Order.id))).all()
                at = self.clock.now()
                self._seen = [
                    Seen(order, decision_of(session, order, at, SETTLE)) for order in orders
                ]
        return self._seen

    def in_attention(self, order: Order) -> bool:
        """Whether the desk lists it among what a person has to look at."""
        with self._database.reading() as session:
            quiet = quiet_since(self.clock.now())
            query = select(Order.id).where(Order.id == order.id, needs_attention(quiet))
            return session.exec(query).first() is not None

    def order(self, order_id: str) -> Order:
        """The desk's order with this number."""
        return self._numbered(order_id).order

    def dispute(self, order_id: str) -> Dispute | None:
        """What names the conflict that stands about this order."""
        order = self.order(order_id)
        with self._database.reading() as session:
            return conflicts_standing(session, [order]).get(order.id)

    def decision(self, order_id: str) -> Decision:
        """What the desk says of it."""
        return self._numbered(order_id).decision

    def _numbered(self, order_id: str) -> Seen:
        return next(one for one in self.seen() if one.order.order_id == order_id)

    async def _start_writer(self) -> None:
        self._writer.start()

    def _open_shop(self) -> None:
        user = User(email="ogawa@example.jp", role=Role.OPERATOR)
        shop = Shop(
            shop_id=SHOP_ID,
            environment=Environment.TEST,
            name="Test shop",
            password=SHOP_PASS,
            gateway_url=HOST,
        )
        with self._database.writing() as session:
            session.add_all([user, shop])
        self.actor, self.shop = Actor(user.id, user.email, user.role, "192.0.2.1"), shop

    def _seconds(self) -> float:
        return self.clock.now().timestamp()

    def _new_desk(self) -> Desk:
        settings = DeskSettings("http://desk.example", None, PATIENCE.total_seconds(), SETTLE)
        self._mine = ProcessWriter(self._writer)
        desk = Desk(self._database, self._mine, self._calls, BackgroundTasks(), settings)
        # A story's seconds, not the machine's: no rush, and nobody loses patience.
        self._results = CallbackIntake(desk, clock=self._seconds, patience=math.inf)
        self._notices = NotificationIntake(desk, RetentionPolicy(timedelta(days=90), 1000))
        return desk

    async def _judged(self, body: bytes) -> CustomerMessage:
        key = await self._results.receive(body, [], ADDRESS)
        processed = await self._results.outcome(key)
        assert processed is not None, "nobody else waits for a page"
        return processed.message

    async def _dying(self, deed: Deed) -> None:
        self.line.waits.clear()
        doing = asyncio.create_task(_to_its_end(deed))
        waiting = asyncio.create_task(self.line.waits.wait())
        await asyncio.wait((doing, waiting), return_when=asyncio.FIRST_COMPLETED)
        if self.line.waits.is_set():
            await self._start_anew()
        waiting.cancel()
        doing.cancel()
        await asyncio.gather(doing, waiting, return_exceptions=True)

    async def _start_anew(self) -> None:
        self._mine.dead = True
        killed, self._desk = self.desk, self._new_desk()
        # What it has handed in by then is written, and whoever comes after it finds that.
        await self._writer.write(lambda _: None)
        with self._database.writing() as session:
            # The calls under way are those of a process that is gone.
            waiting = session.exec(select(Exchange).where(Exchange.outcome == WAITING)).all()
            owners = {one.id: one.owner.rpartition(":")[0] + ":gone" for one in waiting}
            for key, owner in owners.items():
                session.exec(update(Exchange).where(col(Exchange.id) == key).values(owner=owner))
        close_interrupted(self._desk)
        process_waiting(self._desk)
        # Whatever it may still say, nobody hears it any more.
        await killed.tasks.close(grace=0)


async def _to_its_end(deed: Deed) -> None:
    task = await deed()
    if isinstance(task, asyncio.Task):
        await task
