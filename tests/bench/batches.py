"""Lookups of many beside the same calls made with bare httpx, as many at once, at one sandbox.

What is compared is the time on the wall: the sandbox is a process of its own, and both ask it
through the same kind of socket. Twice over: at a sandbox that answers at once, where whoever asks
is kept busy by asking alone, and at one as far away as a gateway is, where the asker waits.
Bare httpx asks before and after, for the machine may be busy.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import httpx

from app.desk.batches.deeds import Given, begin_batch, start
from app.desk.batches.judging import judge
from app.desk.batches.runner import BatchRunner
from app.desk.context import Actor, BackgroundTasks, Desk, DeskSettings
from app.desk.gateway_calls.scheduled_lookups import AT_ONCE
from app.gateway import Gateway
from app.protocol.calls import Call
from app.records.accounts import Role, User
from app.records.database import Database, sqlite_url
from app.records.encryption import set_key
from app.records.group_writer import GroupWriter
from app.records.schema import upgrade
from app.records.shops import Environment, OurShops, Shop
from app.sandbox.store.schema import DEFAULT_SHOP_ID, DEFAULT_SHOP_PASS
from tests.bench import programs
from tests.bench.far_away import HELD_FOR
from tests.bench.measurement import Measurement, at_most, plain

NUMBERS = [f"BULK-{at:04d}" for at in range(2000)]
SHOP = f"ShopID={DEFAULT_SHOP_ID}&ShopPass={DEFAULT_SHOP_PASS}"


def measure() -> Iterator[Measurement]:
    """Both ask a sandbox of its own process about the same numbers."""
    with TemporaryDirectory() as folder, programs.sandbox(Path(folder) / "sandbox.db") as near:
        asyncio.run(_bare(_gateway(near), Call.ENTRY, "&Amount=1000"))
        yield from _compared(_gateway(near), Path(folder) / "near.db", "answering at once")
        with programs.far_away(near) as far:
            held = f"answering after {HELD_FOR * 1000:.0f} ms"
            yield from _compared(_gateway(far), Path(folder) / "far.db", held)


def _gateway(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _compared(gateway: str, path: Path, how: str) -> Iterator[Measurement]:
    before = asyncio.run(_bare(gateway, Call.SEARCH))
    ours = asyncio.run(_batch(path, gateway))
    after = asyncio.run(_bare(gateway, Call.SEARCH))
    theirs = Took((before.wall + after.wall) / 2, (before.cpu + after.cpu) / 2)
    each = 1000 / len(NUMBERS)
    yield plain(f"2,000 lookups with bare httpx, {how}", theirs.wall, "s")
    yield at_most("2,000 lookups of a batch", ours.wall, "s", 1.15, theirs.wall)
    yield plain("CPU of a call with bare httpx", theirs.cpu * each, "ms")
    yield plain("own time of each, beside the call", (ours.wall - theirs.wall) * each, "ms")
    yield plain("own CPU of each, beside the call", (ours.cpu - theirs.cpu) * each, "ms")


class Took(NamedTuple):
    """How long something took, and for how long it kept this process busy. In seconds."""

    wall: float
    cpu: float


def _since(began: Took) -> Took:
    return Took(time.perf_counter() - began.wall, time.process_time() - began.cpu)


def _now() -> Took:
    return Took(time.perf_counter(), time.process_time())


async def _bare(gateway: str, call: Call, more: str = "") -> Took:
    left = list(NUMBERS)

    async def lane(client: httpx.AsyncClient) -> None:
        while left:
            body = f"{SHOP}&OrderID={left.pop()}{more}"
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            await client.post(gateway + call.path, content=body, headers=form)

    async with httpx.AsyncClient() as client:
        began = _now()
        await asyncio.gather(*(lane(client) for _ in range(AT_ONCE)))
        return _since(began)


async def _batch(path: Path, gateway: str) -> Took:
    set_key("a key for the measurement, which seals nothing of anybody")
    database = Database(sqlite_url(path))
    upgrade(database)
    settings = DeskSettings("http://desk.example", None, 30, timedelta(seconds=90))
    desk = Desk(database, GroupWriter(database), Gateway(30), BackgroundTasks(), settings)
    actor = _people_and_shop(database, gateway)
    desk.writer.start()
    key = _judged(database, actor, NUMBERS)
    began = _now()
    start(database, actor, key)
    await BatchRunner(desk).drain()
    took = _since(began)
    await desk.gateway.close()
    await desk.writer.stop()
    database.close()
    return took


def _people_and_shop(database: Database, gateway: str) -> Actor:
    user = User(email="bench@example.jp", role=Role.OPERATOR)
    shop = Shop(
        shop_id=DEFAULT_SHOP_ID,
        environment=Environment.TEST,
        name="Bench",
        password=DEFAULT_SHOP_PASS,
        gateway_url=gateway,
    )
    with database.writing() as session:
        session.add_all([user, shop])
    return Actor(user.id, user.email, user.role, "127.0.0.1")


def _judged(database: Database, actor: Actor, numbers: Sequence[str]) -> str:
    given = Given(Environment.TEST, "\n".join(numbers).encode())
    key = begin_batch(database, actor, given)
    judge(database, OurShops(sandbox_on=False), key)
    return key
