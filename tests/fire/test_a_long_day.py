"""A day of two web processes and a worker over a database that fails them: each order is asked
about every hour, and no order twice within one."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack, closing, suppress
from datetime import datetime, timedelta
from itertools import pairwise

import httpx
import pytest
from sqlmodel import col, select

from app.clock import now
from app.desk.gateway_calls.scheduled_lookups import LookupScheduler
from app.desk.gateway_calls.send import close_interrupted
from app.desk.status.schedule import LOOKUP_INTERVAL, NOT_SENT_AT_MOST
from app.desk.status.updates import StatusReport, Terms, apply_report
from app.protocol.calls import Call
from app.protocol.statuses import Status
from app.protocol.wire import decode_pairs, split_form
from app.records.database import UNREACHABLE, Database
from app.records.exchanges import Exchange
from app.records.orders import Order, Source
from app.records.shops import Confirmation
from tests.desk.conftest import Stage, found, refused, staged
from tests.fire.weather import Sky, Weather
from tests.model.clock import Clock
from tests.scripted import ScriptedGateway, Step
from tests.web.pages.test_return_under_stress import url_of

pytestmark = pytest.mark.anyio

LONGEST_SKY = 12
"""Turns for which the weather over a process stays as it is."""

SKIES = (Sky.CLEAR, Sky.CLEAR, Sky.STORM, Sky.NIGHT, Sky.ECHOLESS)
PAID = Status.PAYSUCCESS
KINDS = ("under way", "reported", "unanswered")


class Moody(ScriptedGateway):
    """A gateway that never says a final word. `lookups`: when it was asked, by OrderID."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self.moody = False
        self.lookups: dict[str, list[datetime]] = defaultdict(list)
        self._dice = dice

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.moody:
            if self._dice.random() < 0.1:
                raise httpx.ConnectError("no connection")
            number = dict(decode_pairs(split_form(request.content)))["OrderID"]
            self.lookups[number].append(now())
            open_still: list[Step] = [found("PAYSTART")]
            moods: list[list[Step]] = [open_still, open_still, [], [refused("E92000001")]]
            self.script = self._dice.choice(moods)
        return await super().handle_async_request(request)


class Day:
    """Three processes over one database, each with its own way there, in a time of their own."""

    def __init__(self, stages: Sequence[Stage], skies: Sequence[Weather], clock: Clock) -> None:
        self._schedulers = [LookupScheduler(stage.desk) for stage in stages]
        self._stages, self._skies, self._clock = stages, skies, clock
        self._dice = random.Random(1)
        self._changes = [0] * len(skies)
        # Whatever runs the test.
        self._others = asyncio.all_tasks()

    async def passes(self, hours: int, turn: timedelta) -> None:
        """Every turn each process looks for what is due, and closes what nobody answered."""
        for number in range(int(timedelta(hours=hours) / turn)):
            self._clock.passes(turn)
            for place, scheduler in enumerate(self._schedulers):
                self._look_at_the_sky(place, number)
                await _try(scheduler.tick())
                await _try(asyncio.to_thread(close_interrupted, self._stages[place].desk))
            await self._all_is_said()
        for sky in self._skies:
            sky.sky = Sky.CLEAR

    def _look_at_the_sky(self, place: int, turn: int) -> None:
        if turn >= self._changes[place]:
            self._skies[place].sky = self._dice.choice(SKIES)
            self._changes[place] = turn + self._dice.randrange(1, LONGEST_SKY)

    async def _all_is_said(self) -> None:
        """Every call under way has come to its end."""
        while calls := asyncio.all_tasks() - self._others:
            await asyncio.wait(calls)


async def _try(work: Awaitable[object]) -> None:
    with suppress(*UNREACHABLE):
        await work


async def an_order(stage: Stage, number: int, kind: str) -> None:
    order_id = f"D{number:03}"
    if kind == "unanswered":
        await stage.execute(await stage.registered(OrderID=order_id))
        return
    order = await stage.requested(OrderID=order_id)
    if kind == "reported":
        with stage.desk.database.writing() as session:
            word = StatusReport(Source.CALLBACK, Status.PAYSUCCESS)
            apply_report(
                session, session.get_one(Order, order.id), word, Terms(Confirmation.AT_ONCE)
            )


@pytest.mark.parametrize(
    ("hours", "turn", "orders"),
    [
        (3, timedelta(minutes=6), 3),
        pytest.param(24, timedelta(minutes=1), 30, marks=pytest.mark.soak),
    ],
)
@pytest.mark.sqlite_will_do
async def test_no_order_is_asked_about_twice_within_an_hour_and_none_is_forgotten(
    any_own_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    hours: int,
    turn: timedelta,
    orders: int,
) -> None:
    clock, gateway = Clock(), Moody(random.Random(2))
    monkeypatch.setattr("app.clock.datetime", clock)
    monkeypatch.setattr("app.desk.gateway_calls.send.RETRIES", (0.0,) * 4)
    url = url_of(any_own_database)
    async with AsyncExitStack() as stack:
        databases = [stack.enter_context(closing(Database(url))) for _ in range(3)]
        stages = [await stack.enter_async_context(staged(one, gateway)) for one in databases]
        for number in range(orders):
            await an_order(stages[0], number, KINDS[number % len(KINDS)])
        gateway.moody = True
        skies = [Weather(one, random.Random(place)) for place, one in enumerate(databases)]
        began = now()
        await Day(stages, skies, clock).passes(hours, turn)
        ended = now()

    for moments in gateway.lookups.values():
        assert all(later - one >= LOOKUP_INTERVAL for one, later in pairwise(moments))
    assert len(gateway.lookups) == orders
    longest = LOOKUP_INTERVAL + NOT_SENT_AT_MOST + (LONGEST_SKY + 2) * turn
    handed_over = in_conflict(any_own_database)
    for order_id, asked in asked_about(any_own_database).items():
        moments = [began, *(at for at in asked if at > began), ended]
        late = any(later - one > longest for one, later in pairwise(moments))
        assert order_id in handed_over or not late, order_id


def in_conflict(database: Database) -> set[str]:
    """What a person has to see to, and is asked to: the gateway has twice denied a payment."""
    with database.reading() as session:
        query = select(Order.order_id).where(col(Order.conflict).is_not(None))
        return set(session.exec(query))


def asked_about(database: Database) -> dict[str, list[datetime]]:
    """When the desk meant to ask about each order, by OrderID."""
    found = defaultdict[str, list[datetime]](list)
    with database.reading() as session:
        query = select(Exchange.order_id, Exchange.asked_at).where(Exchange.call == Call.SEARCH)
        for order_id, at in session.exec(query.order_by(col(Exchange.id))):
            found[order_id].append(at)
    return found
