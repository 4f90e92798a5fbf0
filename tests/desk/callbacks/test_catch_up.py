"""What was left unjudged is judged by whoever is there, and what cannot be judged is set aside."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import col, select, update

from app.clock import now
from app.desk.callbacks import CatchUp, judge_by_hand, reverify
from app.desk.callbacks.limits import BATCH, LEFT_AFTER, LEFT_BYTES, TRIES
from app.desk.callbacks.raw import INSERT, raw_row
from app.desk.callbacks.storage_failures import StorageFailures
from app.desk.context import Actor, Desk
from app.protocol.checkstring import SIGNED
from app.records.accounts import AuditEntry, Role, User
from app.records.backlog import unjudged_callbacks
from app.records.callbacks import Callback
from app.records.changes import Change, Effect
from app.records.database import Database
from app.records.dropped_callbacks import unseen_losses
from app.records.keys import key_at
from app.records.shops import Shop
from app.records.unjudged import note_failure, number_set_aside
from tests.desk.callbacks.cast import (
    HEADERS,
    PASSWORD,
    an_order,
    body,
    desk_over,
    patient_intake,
    row,
    tampered,
    working,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(any_database: Database) -> AsyncIterator[Desk]:
    async with working(any_database) as desk:
        yield desk


@pytest.fixture
async def sqlite_desk(database: Database) -> AsyncIterator[Desk]:
    async with working(database) as desk:
        yield desk


def another(desk: Desk) -> CatchUp:
    """Another process over the same database."""
    return CatchUp(desk_over(desk.database))


def left(desk: Desk, *bodies: bytes, seconds: float = LEFT_AFTER + 1) -> Sequence[str]:
    """The keys of callbacks that somebody stored so long ago and never judged."""
    rows = [raw_row(raw, HEADERS, "203.0.113.7") for raw in bodies]
    for one in rows:
        one["id"] = key_at(now() - timedelta(seconds=seconds))
    desk.database.append(INSERT, rows)
    return [str(one["id"]) for one in rows]


def verdict_of(desk: Desk, key: str) -> str | None:
    with row(desk, key) as callback:
        return callback.verdict


async def test_what_a_dead_process_left_is_judged_by_a_living_one(desk: Desk) -> None:
    keys = left(desk, body("A1"), tampered("A2"), b"\x00\xff nothing at all")
    await another(desk).tick()
    assert [verdict_of(desk, key) for key in keys] == ["verified", "mismatch", "malformed"]


async def test_what_came_a_moment_ago_is_left_to_whoever_received_it(desk: Desk) -> None:
    [key] = left(desk, body("A1"), seconds=LEFT_AFTER - 2)
    await another(desk).tick()
    assert verdict_of(desk, key) is None


@pytest.mark.parametrize("name", SIGNED)
async def test_a_nul_in_a_signed_value_makes_a_callback_malformed(desk: Desk, name: str) -> None:
    raw = body("A1001").replace(f"{name}=".encode(), f"{name}=%00".encode())
    [key] = left(desk, raw)
    await another(desk).tick()
    expected = "mismatch" if name == "CheckString" else "malformed"
    assert verdict_of(desk, key) == expected


@contextmanager
def failing(database: Database, key: str, error: Callable[[], Exception]) -> Iterator[None]:
    """While the block lasts, this callback's verdict cannot be written."""

    def refuse(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if "verdict=" in statement and key in str(parameters):
            raise error()

    event.listen(database.engine, "before_cursor_execute", refuse)
    yield
    event.remove(database.engine, "before_cursor_execute", refuse)


def spoilt() -> Exception:
    return RuntimeError("spoilt")


def away() -> Exception:
    return OperationalError("", {}, Exception("away"))


async def test_one_that_cannot_be_judged_holds_up_no_other_and_is_set_aside_with_its_reason(
    desk: Desk,
) -> None:
    keys = left(desk, *(tampered(f"A{place}") for place in range(5)))
    catch_up = another(desk)
    seen = []
    with failing(desk.database, keys[2], spoilt):
        for _ in range(TRIES):
            catch_up.turn(LEFT_AFTER)
            with row(desk, keys[2]) as callback:
                seen.append((callback.tries, callback.trouble, callback.set_aside_at is not None))
        assert catch_up.turn(LEFT_AFTER) == 0
    assert seen == [(try_, "RuntimeError", try_ == TRIES) for try_ in range(1, TRIES + 1)]
    assert [verdict_of(desk, key) for key in keys].count("mismatch") == 4


async def test_while_the_database_is_away_nothing_counts_as_tried(desk: Desk) -> None:
    keys = left(desk, tampered("A1"), tampered("A2"))
    with failing(desk.database, keys[1], away):
        for _ in range(2 * TRIES):
            with pytest.raises(OperationalError):
                another(desk).turn(LEFT_AFTER)
    with row(desk, keys[1]) as callback:
        assert (callback.tries, callback.trouble) == (0, None)
    another(desk).turn(LEFT_AFTER)
    assert verdict_of(desk, keys[1]) == "mismatch"


async def test_one_for_whose_order_the_database_is_never_free_holds_up_no_other(
    sqlite_desk: Desk,
) -> None:
    keys = left(sqlite_desk, *(tampered(f"A{place}") for place in range(5)))
    catch_up = another(sqlite_desk)
    with failing(sqlite_desk.database, keys[1], away):
        for _ in range(6):
            with suppress(OperationalError):
                await catch_up.tick()
    assert [verdict_of(sqlite_desk, key) is None for key in keys].count(True) == 1
    for _ in range(2):
        await catch_up.tick()
    assert verdict_of(sqlite_desk, keys[1]) == "mismatch"


async def test_what_waits_is_judged_in_parts_of_so_many_rows_and_bytes(sqlite_desk: Desk) -> None:
    left(sqlite_desk, *(tampered(f"A{place}") for place in range(BATCH + 2)))
    catch_up = another(sqlite_desk)
    assert [catch_up.turn(LEFT_AFTER) for _ in range(3)] == [BATCH, 2, 0]
    left(sqlite_desk, *(b"%d" % place + b"x" * (LEFT_BYTES // 2) for place in range(3)))
    left(sqlite_desk, b"x" * (LEFT_BYTES + 1))
    assert [catch_up.turn(LEFT_AFTER) for _ in range(5)] == [1, 1, 1, 1, 0]


async def test_what_no_password_could_be_read_for_is_taken_up_when_it_is_given_again(
    sqlite_desk: Desk,
) -> None:
    [key] = left(sqlite_desk, body("A1"))
    with sqlite_desk.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE shops SET password = x'00'")
    catch_up = another(sqlite_desk)
    for _ in range(TRIES):
        catch_up.turn(LEFT_AFTER)
    with row(sqlite_desk, key) as callback:
        assert (callback.trouble, callback.verdict) == ("DecryptionFailed", None)
        assert callback.set_aside_at is not None
    with sqlite_desk.database.writing() as session:
        session.connection().execute(update(Shop).values(password=PASSWORD))
    reverify(sqlite_desk.database, sqlite_desk.settings.our_shops)
    catch_up.turn(LEFT_AFTER)
    assert verdict_of(sqlite_desk, key) == "verified"


async def test_processes_that_catch_up_at_once_judge_each_once(any_database: Database) -> None:
    async with working(any_database) as desk:
        with any_database.writing() as session:
            shop = session.exec(select(Shop)).one()
            session.add_all(an_order(shop, f"A{place}") for place in range(60))
        left(desk, *(body(f"A{place}") for place in range(60)))

        def catch_up(_: int) -> None:
            database = Database(any_database.engine.url.render_as_string(hide_password=False))
            with closing(database):
                for _ in range(4):
                    CatchUp(desk_over(database)).turn(0)

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(catch_up, range(3)))
    with any_database.reading() as session:
        judged = session.exec(select(Callback.verdict, Callback.applied)).all()
        moved = session.exec(select(Change.order_key, Change.effect)).all()
    assert judged == [("verified", "moved")] * 60
    assert sorted(moved) == sorted({(key, Effect.MOVED) for key, _ in moved})
    assert len(moved) == 60


@pytest.fixture
def actor(database: Database) -> Actor:
    with database.writing() as session:
        user = User(email="operator@example.jp", role=Role.OPERATOR)
        session.add(user)
    return Actor(user.id, user.email, user.role, "203.0.113.9")


async def test_what_was_set_aside_is_judged_again_by_hand(sqlite_desk: Desk, actor: Actor) -> None:
    [key] = left(sqlite_desk, body("A1"))
    with failing(sqlite_desk.database, key, spoilt):
        judge_by_hand(sqlite_desk, actor, key)
    with row(sqlite_desk, key) as callback:
        assert (callback.trouble, callback.verdict) == ("RuntimeError", None)
        assert callback.set_aside_at is not None
    judge_by_hand(sqlite_desk, actor, key)
    with row(sqlite_desk, key) as callback:
        assert (callback.verdict, callback.set_aside_at) == ("verified", None)
        judged_at = callback.judged_at
    judge_by_hand(sqlite_desk, actor, key)
    with sqlite_desk.database.reading() as session:
        assert session.get_one(Callback, key).judged_at == judged_at
        entries = session.exec(select(AuditEntry)).all()
    assert [(entry.action, entry.subject) for entry in entries] == [("callback-judged", key)] * 2


async def test_what_waits_is_counted_with_the_age_of_the_oldest_and_what_was_set_aside_apart(
    desk: Desk,
) -> None:
    left(desk, body("A1"), body("A2"), seconds=20)
    left(desk, body("A3"), seconds=5)
    [aside] = left(desk, body("A4"), seconds=50)
    with desk.database.writing() as session:
        assert note_failure(session, aside, "DataError", tries=1)
    with desk.database.reading() as session:
        waiting = unjudged_callbacks(session)
        assert (waiting.number, number_set_aside(session, 100)) == (3, 1)
        assert waiting.oldest_at is not None
        assert timedelta(seconds=19) < now() - waiting.oldest_at < timedelta(seconds=60)
    another(desk).turn(0)
    with desk.database.reading() as session:
        assert unjudged_callbacks(session) == (0, None)
        assert number_set_aside(session, 100) == 1


async def test_one_that_no_order_was_found_for_is_found_by_its_number_before_it_is_judged(
    sqlite_desk: Desk,
) -> None:
    left(sqlite_desk, body("A1"), tampered("B2"))
    with sqlite_desk.database.reading() as session:
        found = session.exec(select(Callback.order_id).order_by(col(Callback.order_id))).all()
    assert found == ["A1", "B2"]


async def test_a_database_that_became_read_only_loses_no_verdict(postgresql: str) -> None:
    database = Database(postgresql)
    try:
        async with working(database) as desk:
            intake = patient_intake(desk)
            key = await intake.receive(body("A1"), HEADERS, "203.0.113.7")

            def read_only(connection: Connection) -> None:
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")

            event.listen(database.engine, "begin", read_only)
            assert await intake.outcome(key) is None
            with pytest.raises(DBAPIError):
                another(desk).turn(0)
            event.remove(database.engine, "begin", read_only)
            another(desk).turn(0)
            assert verdict_of(desk, key) == "verified"
    finally:
        database.close()


@contextmanager
def replies_lost(database: Database) -> Iterator[None]:
    """While the block lasts, each COMMIT is carried out and its reply lost."""
    dialect = database.engine.dialect
    commit = dialect.do_commit
    kind = sqlite3.OperationalError if database.is_sqlite else psycopg.OperationalError

    def lose(connection: Any) -> None:
        commit(connection)
        raise kind("the connection was closed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dialect, "do_commit", lose)
        yield


async def test_one_whose_commit_was_carried_out_though_its_reply_was_lost_is_judged_and_no_loss(
    desk: Desk,
) -> None:
    intake = patient_intake(desk)
    with replies_lost(desk.database), pytest.raises(OperationalError):
        await intake.receive(body("A1"), HEADERS, "203.0.113.7")
    [key] = intake.unstored_keys
    assert intake.unstored.number == 1
    StorageFailures(desk, intake, stopping := asyncio.Event()).note()
    stopping.set()
    await desk.tasks.close(60)
    with desk.database.reading() as session:
        assert unseen_losses(session)[0] == 0
    assert intake.unstored_keys == []
    another(desk).turn(0)
    assert verdict_of(desk, key) == "verified"
