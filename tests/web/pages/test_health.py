"""Whether the process lives, whether it can serve, and how all that it depends on stands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text
from starlette.applications import Starlette

from app.clock import now
from app.desk.health.conditions import BACKED_UP_WITHIN, Level, disk
from app.desk.health.heart import MISSED_AFTER
from app.gateway import Outcome
from app.main import create_app
from app.records.callbacks import Callback
from app.records.database import Database, sqlite_url
from app.records.encryption import set_key
from app.records.heartbeats import Beating, beat, note_backup
from app.records.keys import key_at
from app.settings import Settings
from tests.cast import ADMIN
from tests.conftest import SECRET_KEY, browser_for
from tests.web.pages.rows import an_exchange, an_order, an_unjudged_callback, stored

pytestmark = pytest.mark.anyio

TOKEN = "a token for whoever watches"


async def test_a_desk_in_order_is_alive_and_ready(visitor: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/readyz"):
        answer = await visitor.get(path)
        assert (answer.status_code, answer.text) == (200, "ok")


@pytest.fixture
async def stranger(own_app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody's browser at a desk that may be broken."""
    async with browser_for(own_app, None) as browser:
        yield browser


async def test_another_schema_is_named(own_app: Starlette, stranger: httpx.AsyncClient) -> None:
    with own_app.state.desk.database.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = await stranger.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "schema")


async def test_without_its_database_it_lives_but_is_not_ready(
    own_app: Starlette, stranger: httpx.AsyncClient, tmp_path: Path
) -> None:
    own_app.state.desk.database = Database(sqlite_url(tmp_path / "no folder" / "desk.db"))
    answer = await stranger.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "database")
    assert (await stranger.get("/healthz")).status_code == 200


async def detail(client: httpx.AsyncClient) -> dict[str, Any]:
    """Every condition by its name, as /readyz tells it."""
    answer = await client.get("/readyz?detail")
    found: list[dict[str, Any]] = answer.json()["conditions"]
    return {one["name"]: one for one in found}


async def test_the_detail_is_for_those_who_are_signed_in_or_have_the_token(
    settings: Settings, desk_app: Starlette, client: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    assert (await visitor.get("/readyz?detail")).text == "ok"
    told = (await client.get("/readyz?detail")).json()
    assert (told["ready"], told["problem"]) == (True, None)
    names = {one["name"] for one in told["conditions"]}
    assert names == {"storing", "judging", "lookups", "work", "disk", "backup", "gateway"}
    named = create_app(settings.model_copy(update={"metrics_token": TOKEN}))
    async with named.router.lifespan_context(named), browser_for(named, None) as probe:
        for token, seen in ((TOKEN, True), ("wrong", False), ("", False)):
            shown = {"Authorization": f"Bearer {token}"}
            answer = await probe.get("/readyz?detail", headers=shown)
            assert (answer.status_code, answer.text != "ok") == (200, seen)


async def test_a_database_that_takes_nothing_is_not_ready(
    own_app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.desk.health.readiness.STORED_WITHIN", 0)
    async with browser_for(own_app, ADMIN) as client:
        assert (await client.get("/readyz")).text == "ok"
        listening = (own_app.state.desk.database.engine, "connect", read_only)
        event.listen(*listening)
        own_app.state.desk.database.engine.dispose()
        answer = await client.get("/readyz?detail")
        assert (answer.status_code, answer.json()["problem"]) == (503, "storing")
        told = (await detail(client))["storing"]
        assert (told["state"], told["says"]) == ("bad", "Nothing can be stored.")
        assert told["since"]
        shown = (await client.get("/")).text
        assert 'data-state="bad"' in shown
        event.remove(*listening)
        own_app.state.desk.database.engine.dispose()
        assert (await client.get("/readyz")).text == "ok"
        assert (await detail(client))["storing"]["state"] == "ok"


def read_only(connection: Any, record: object) -> None:
    del record
    connection.execute("PRAGMA query_only = ON")


async def test_a_key_that_opens_nothing_is_not_ready(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    set_key("another key, long enough to be one as well")
    try:
        answer = await visitor.get("/readyz")
    finally:
        set_key(SECRET_KEY)
    assert (answer.status_code, answer.text) == (503, "secret-key")


async def test_a_database_that_gives_no_answer_is_not_ready_in_time(
    own_app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = Event()
    monkeypatch.setattr("app.desk.health.readiness.ANSWER_WITHIN", 0.1)
    monkeypatch.setattr("app.desk.health.readiness.schema_problem", lambda _: over.wait() and None)
    async with browser_for(own_app, None) as visitor:
        answers = await asyncio.gather(*[visitor.get("/readyz") for _ in range(50)])
        assert {(one.status_code, one.text) for one in answers} == {(503, "database")}
        assert (await visitor.get("/healthz")).status_code == 200
    over.set()


async def test_results_that_wait_to_be_judged_are_told_with_their_age(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    for age in (100, 50, 0):
        at = now() - timedelta(seconds=age)
        stored(desk_app, Callback(id=key_at(at), received_at=at, body=b"OrderID=W1"))
    told = (await detail(client))["judging"]
    assert (told["state"], told["says"]) == ("bad", "3 results wait to be judged.")
    waited = now() - datetime.fromisoformat(told["since"])
    assert timedelta(seconds=99) < waited < timedelta(seconds=200)
    assert 'data-trouble="judging"' in (await client.get("/")).text


async def test_results_that_could_not_be_judged_are_told_with_a_way_to_look(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    an_unjudged_callback(desk_app, b"A1", 5, set_aside_at=now(), trouble="DataError")
    told = (await detail(client))["judging"]
    assert (told["state"], told["says"]) == ("warn", "Results that could not be judged: 1.")
    shown = (await client.get("/")).text
    assert 'data-trouble="judging"' in shown
    assert 'href="/callbacks?verdict=not-judged"' in shown
    an_unjudged_callback(desk_app, b"A2", 100)
    assert (await detail(client))["judging"]["state"] == "bad"


async def test_lookups_that_are_not_asked_are_told(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    an_order(desk_app, "D1", lookup_due_at=now() - timedelta(minutes=5))
    assert (await detail(client))["lookups"]["state"] == "ok"
    an_order(desk_app, "D2", lookup_due_at=now() - timedelta(minutes=20))
    told = (await detail(client))["lookups"]
    assert (told["state"], told["says"]) == ("warn", "2 lookups are overdue.")


async def test_a_process_that_falls_silent_is_missed_and_one_that_ended_is_not(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    heart = desk_app.state.services.heart
    heart.beat()
    assert (await detail(client))["work"]["says"] == "Processes at work: 1."
    database = desk_app.state.desk.database
    with database.writing() as session:
        beat(session, Beating.WORKER, "worker a 1", now() - 2 * MISSED_AFTER)
    told = (await detail(client))["work"]
    assert (told["state"], told["says"]) == ("warn", "Not heard of any more: worker a 1.")
    with database.writing() as session:
        beat(session, Beating.WORKER, "worker a 1", now())
    assert (await detail(client))["work"]["says"] == "Processes at work: 2."
    heart.stop()
    assert (await detail(client))["work"]["says"] == "Processes at work: 1."


async def test_the_last_backup_is_told(desk_app: Starlette, client: httpx.AsyncClient) -> None:
    assert (await detail(client))["backup"]["state"] == "ok"
    an_order(desk_app, "B1")
    assert (await detail(client))["backup"]["state"] == "warn"
    database = desk_app.state.desk.database
    note_backup(database.engine.url.render_as_string(hide_password=False))
    told = (await detail(client))["backup"]
    assert (told["state"], told["advice"]) == ("ok", None)
    with database.writing() as session:
        beat(session, Beating.BACKUP, "backup", now() - BACKED_UP_WITHIN - timedelta(hours=1))
    assert (await detail(client))["backup"]["says"] == "The last backup is old."


async def test_a_gateway_that_does_not_answer_is_told(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    an_exchange(desk_app, "G0")
    for number in range(3):
        silent: dict[str, Any] = {
            "outcome": Outcome.NO_ANSWER,
            "answered_at": None,
            "http_status": None,
        }
        an_exchange(desk_app, f"G{number}", **silent)
        told = await client.get("/readyz?detail")
        sandbox = next(
            one
            for one in told.json()["conditions"]
            if (one["name"], one["environment"]) == ("gateway", "sandbox")
        )
        assert sandbox["state"] == ("bad" if number == 2 else "warn")
        assert sandbox["since"]
    an_exchange(desk_app, "G9")
    assert 'data-trouble="gateway"' not in (await client.get("/")).text


def test_a_disk_that_fills_up_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for free, level in ((10**10, Level.OK), (10**8, Level.WARN), (10**7, Level.BAD)):
        usage = SimpleNamespace(free=free)
        monkeypatch.setattr("shutil.disk_usage", lambda _, usage=usage: usage)
        assert disk(tmp_path).level is level


async def test_the_overview_says_in_both_languages_that_all_is_well(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    desk_app.state.services.heart.beat()
    with desk_app.state.desk.database.writing() as session:
        beat(session, Beating.BACKUP, "backup", now())
    for language, words in (("en", "The desk is in order"), ("ja", "正常に動作しています")):
        shown = (await client.get("/", headers={"Accept-Language": language})).text
        assert words in shown
        assert 'data-state="ok"' in shown
