"""The log: what a line says, which lines belong together, and what is never said."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, suppress

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.desk.permissions import Permission
from app.logs import JsonLine, Repeated, TextLine, configure, request_id
from app.protocol.messages import Call
from app.records.database import UNREACHABLE, Database
from app.web.http.requests import desk_of
from app.web.http.routing import Route
from tests.cast import ADMIN
from tests.conftest import Served, browser_for

pytestmark = pytest.mark.anyio

SECRET = "a-secret-nobody-may-read"
LINES = (TextLine(), JsonLine())
log = logging.getLogger("app.tests")


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, str]]]]:
    """The lines written since it was last asked, from the log as a process has it."""
    root, own = logging.getLogger(), logging.getLogger("app")
    before = root.level, own.level, root.handlers[:]
    configure("json")
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    root.setLevel(before[0])
    own.setLevel(before[1])
    root.handlers[:] = before[2]


@pytest.fixture
async def client(own_app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """An admin's browser at an application of the test's own."""
    async with browser_for(own_app, ADMIN) as client:
        yield client


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def record(message: str, *, error: BaseException | None = None) -> logging.LogRecord:
    made = logging.LogRecord("app.desk", logging.WARNING, "", 0, message, None, None)
    made.created = 1768021402.25
    made.exc_info = (type(error), error, error.__traceback__) if error else None
    return made


def raised(fault: Callable[[], object]) -> BaseException:
    try:
        fault()
    except Exception as error:
        return error
    raise AssertionError("it should have failed")


def test_every_line_says_when_in_utc_how_grave_who_and_for_which_request() -> None:
    told = record("words")
    assert TextLine().format(told) == "2026-01-10T05:03:22.250Z WARNING app.desk - words"
    token = request_id.set("3f9a2b1c")
    try:
        line = TextLine().format(told)
    finally:
        request_id.reset(token)
    assert line == "2026-01-10T05:03:22.250Z WARNING app.desk 3f9a2b1c words"


def test_json_is_one_object_a_line_with_the_same_fields() -> None:
    line = JsonLine().format(record("two\nlines"))
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2026-01-10T05:03:22.250Z",
        "level": "WARNING",
        "logger": "app.desk",
        "request_id": None,
        "message": "two\nlines",
    }


def test_nobody_writes_a_second_line_into_the_log() -> None:
    line = TextLine().format(record("words\n2026-01-10T05:03:22.250Z forged\u2028\x85 \x1b[2J\n"))
    assert len(line.splitlines()) == 1
    assert line.endswith(r"words\n2026-01-10T05:03:22.250Z forged\u2028\x85 \x1b[2J")


@pytest.mark.parametrize("line", LINES)
def test_a_traceback_says_where_and_repeats_nothing_that_was_sent(line: logging.Formatter) -> None:
    def insert_twice() -> None:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute(f'create table t (x check (x != "{SECRET}"))')
            connection.execute("insert into t values (?)", (SECRET,))

    def wrapped() -> None:
        try:
            insert_twice()
        except sqlite3.Error as error:
            raise OperationalError("insert", {"password": SECRET}, error) from error

    nothing: dict[str, str] = {}
    for fault in (wrapped, lambda: int(SECRET), lambda: nothing[SECRET]):
        said = line.format(record("it failed", error=raised(fault)))
        assert "test_logs.py" in said
        assert SECRET not in said
    said = line.format(record("it failed", error=raised(wrapped)))
    assert "sqlite3.IntegrityError" in said
    assert "sqlalchemy.exc.OperationalError" in said


def test_a_fault_of_our_own_keeps_its_words() -> None:
    error = raised(lambda: None.gone)  # type: ignore[attr-defined]
    assert "AttributeError: 'NoneType'" in TextLine().format(record("it failed", error=error))


def counted(caplog: pytest.LogCaptureFixture, clock: Clock) -> Repeated:
    caplog.set_level(logging.INFO, "app.tests")
    return Repeated(log, "%s is away", "%s is back", outside=UNREACHABLE, clock=clock)


def test_a_thousand_failures_are_two_lines(caplog: pytest.LogCaptureFixture) -> None:
    trouble = counted(caplog, Clock())
    for _ in range(1000):
        trouble.failed(ConnectionRefusedError(), "the gateway")
    trouble.worked("the gateway")
    trouble.worked("the gateway")
    assert caplog.messages == [
        "the gateway is away (ConnectionRefusedError)",
        "the gateway is back, after 1000 failures",
    ]


def test_a_failure_that_lasts_is_counted_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    trouble = counted(caplog, clock)
    for second in range(125):
        clock.seconds = second
        trouble.failed("no-answer", "the gateway")
    assert caplog.messages == [
        "the gateway is away (no-answer)",
        "the gateway is away (no-answer), 60 more times in 60 s",
        "the gateway is away (no-answer), 60 more times in 60 s",
    ]


def test_different_things_and_different_failures_are_counted_apart(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    trouble = counted(caplog, clock)
    for _ in range(3):
        trouble.failed("no-answer", "one")
        trouble.failed("no-answer", "two")
        trouble.failed("not-sent", "one")
    trouble.worked("one")
    clock.seconds += 61
    trouble.worked("one")
    trouble.failed("no-answer", "one")
    assert caplog.messages == [
        "one is away (no-answer)",
        "two is away (no-answer)",
        "one is away (not-sent)",
        "one is back, after 6 failures",
        "one is away (no-answer)",
    ]


def test_what_comes_and_goes_is_counted_like_what_lasts(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    trouble = counted(caplog, clock)
    for _ in range(500):
        trouble.failed("no-answer", "it")
        trouble.worked("it")
    assert caplog.messages == ["it is away (no-answer)", "it is back, after 1 failures"]
    clock.seconds += 61
    trouble.failed("no-answer", "it")
    assert caplog.messages[2:] == ["it is away (no-answer), 500 more times in 61 s"]
    clock.seconds += 61
    trouble.worked("it")
    assert caplog.messages[3:] == ["it is back, after 500 failures"]


def test_a_database_that_is_away_says_why(caplog: pytest.LogCaptureFixture) -> None:
    trouble = counted(caplog, Clock())
    trouble.failed(OperationalError("select", {}, Exception("disk is full\nsecond line")), "it")
    assert caplog.messages == ["it is away (OperationalError: disk is full)"]


def test_a_traceback_cannot_forge_a_line_of_the_text() -> None:
    forged = "x\n2026-01-01T00:00:00.000Z INFO app.forged - forged"
    told = record("words", error=raised(lambda: (_ for _ in ()).throw(RuntimeError(forged))))
    lines = TextLine().format(told).splitlines()
    assert all(line.startswith("  ") for line in lines[1:])


def test_our_own_fault_has_a_traceback_and_the_networks_has_none(
    caplog: pytest.LogCaptureFixture,
) -> None:
    trouble = counted(caplog, Clock())
    trouble.failed(raised(lambda: None.gone), "it")  # type: ignore[attr-defined]
    trouble.failed(OperationalError("select", {}, Exception()), "it")
    assert [bool(one.exc_info) for one in caplog.records] == [True, False]


async def test_all_that_a_request_does_shares_its_id(
    own_app: Starlette, client: httpx.AsyncClient, logged: Callable[[], list[dict[str, str]]]
) -> None:
    async def deed(request: Request) -> Response:
        log.warning("in the endpoint")
        await run_in_threadpool(log.warning, "in a thread")
        await desk_of(request).tasks.spawn(_say("in a task"))
        await desk_of(request).tasks.spawn_for_all(_say("for everybody"))
        return Response()

    own_app.router.routes.append(Route("/deed", deed, "deed", permission=Permission.READ))
    for _ in range(2):
        await asyncio.create_task(client.get("/deed"))
    lines = logged()
    ids = [line.get("request_id") for line in lines if line["message"] != "for everybody"]
    assert ids[:3] == [ids[0]] * 3
    assert ids[3:] == [ids[3]] * 3
    assert None not in ids
    assert ids[0] != ids[3]
    assert [line.get("request_id") for line in lines[3::4]] == [None, None]


async def _say(words: str) -> None:
    log.warning(words)


async def test_a_request_past_the_guard_or_to_the_sandbox_has_an_id_too(
    own_app: Starlette, client: httpx.AsyncClient, logged: Callable[[], list[dict[str, str]]]
) -> None:
    refuse(own_app.state.desk.database, "callbacks")
    answer = await asyncio.create_task(client.post("/netcash/return", content=b"OrderID=A1"))
    assert answer.status_code == 503
    with closing(sqlite3.connect(own_app.state.settings.data_dir / "sandbox.db")) as store, store:
        store.execute("alter table request rename to gone")
    await asyncio.create_task(client.post(f"/sandbox{Call.SEARCH.path}", content=b"ShopID=a"))
    (callback, sandbox) = logged()
    assert callback["message"].startswith("a callback could not be stored")
    assert sandbox["message"].startswith("the sandbox's store failed")
    assert {callback["request_id"], sandbox["request_id"]} - {None}
    assert callback["request_id"] != sandbox["request_id"]


async def test_callbacks_that_cannot_be_stored_are_counted_and_hold_no_word_of_theirs(
    own_app: Starlette, client: httpx.AsyncClient, logged: Callable[[], list[dict[str, str]]]
) -> None:
    database = own_app.state.desk.database
    refuse(database, "callbacks")
    for number in range(20):
        body = f"OrderID=A{number}&AccessID={SECRET}".encode()
        assert (await client.post("/netcash/return", content=body)).status_code == 503
    with database.writing() as session:
        session.connection().execute(text("drop trigger away_callbacks"))
    assert (await client.post("/netcash/return", content=b"OrderID=A1")).status_code == 200
    first, *others = logged()
    assert first["message"] == "a callback could not be stored (IntegrityError)"
    assert [one["message"] for one in others] == ["callbacks are stored again, after 20 failures"]
    assert SECRET not in json.dumps([first, *others])


def refuse(database: Database, table: str) -> None:
    """Let the database refuse every new row of a table."""
    refusing = f"create trigger away_{table} before insert on {table} begin select "
    with database.writing() as session:
        session.connection().execute(text(f"{refusing} raise(fail, 'no'); end"))


async def test_a_page_that_needs_the_database_says_in_one_line_that_it_is_away(
    own_app: Starlette, client: httpx.AsyncClient, logged: Callable[[], list[dict[str, str]]]
) -> None:
    def away(_: Request) -> Response:
        raise OperationalError("select", {"password": SECRET}, Exception("gone"))

    def fault(_: Request) -> Response:
        raise RuntimeError("ours")

    own_app.router.routes += [
        Route("/away", away, "away", permission=Permission.READ),
        Route("/fault", fault, "fault", permission=Permission.READ),
    ]
    for path in ("/away", "/fault"):
        with suppress(RuntimeError):
            await client.get(path)
    outside, _, ours = logged()
    told = "a page could not be shown: the database does not answer (OperationalError: gone)"
    assert outside["message"] == told
    assert "traceback" not in outside
    assert ours["message"] == "GET /fault failed (RuntimeError)"
    assert ours["traceback"].endswith("RuntimeError: ours")


def test_requests_that_are_no_http_are_counted_not_repeated(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", served.settings.port), 30) as connection:
            connection.sendall(b"no http at all\r\n\r\n")
            assert b"400" in connection.recv(4096)
    told = [one for one in caplog.messages if "no HTTP" in one or "Invalid HTTP" in one]
    assert len(told) <= 1
