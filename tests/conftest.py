"""Real parts for the tests: databases, a served desk with its sandbox, a browser, a cast."""

from __future__ import annotations

import atexit
import gc
import shutil
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlmodel import SQLModel
from starlette.applications import Starlette

from app.addresses import networks
from app.data_folder import kept_key
from app.desk.callbacks.bare_visits import BareVisits
from app.desk.shops.shops import ensure_sandbox_shop
from app.main import create_app
from app.records.database import Database, sqlite_url
from app.records.encryption import set_key
from app.records.postgresql import Patience
from app.sandbox.context import Sandbox
from app.sandbox.store.rules import reset
from app.server import Room, Server
from app.server.connections import Connections
from app.settings import Settings
from app.web.presentation.templates import keep_compiled
from tests.browser import PATIENCE as BROWSER_PATIENCE
from tests.browser import KeptBrowser
from tests.cast import (
    ADMIN,
    OPERATOR,
    PASSWORD,
    Member,
    cheap_hasher,
    enroll,
    signed_in_cookie,
)
from tests.lanes import Lanes, has_browser, in_lanes
from tests.plain import plain_client
from tests.postgresql import free_port, fresh_database
from tests.scratch import work_in_memory
from tests.shared import (
    BLANK,
    Shared,
    blank_in,
    migrated_postgresql,
    migrated_sqlite,
    new_name,
    told_in,
)
from tests.waiting import GIVEN_UP_AFTER

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SECRET_KEY = "a key for the tests alone, long enough to be one"
_shared: list[Shared] = []
_browser = KeptBrowser()


def pytest_configure() -> None:
    """Before anything makes a file."""
    work_in_memory()
    # What is there at the end goes with the process: to take it apart takes two seconds.
    atexit.register(gc.freeze)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """In the process that begins the workers, for each of them."""
    if not _shared:
        _shared.append(Shared())
    node.workerinput["shared"] = str(_shared[0].folder)


def pytest_unconfigure() -> None:
    """When everything is over."""
    while _shared:
        _shared.pop().stop()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Lanes:
    """How the tests are shared out among the workers."""
    return Lanes(config, log)


def pytest_collectstart() -> None:
    """What is collected is no garbage: to look for some meanwhile costs a tenth."""
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The lanes come first; some tests are left to `make soak` on PostgreSQL."""
    in_lanes(items)
    for item in items:
        chosen = getattr(item, "callspec", None)
        on_postgresql = chosen is not None and "postgresql" in chosen.params.values()
        if on_postgresql and item.get_closest_marker("sqlite_will_do"):
            item.add_marker(pytest.mark.soak)


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: the collector of garbage need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """After the windows are closed."""
    if nextitem is None or not has_browser(nextitem.nodeid):
        _browser.close()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _unlocked() -> None:
    """Records seal and open secrets from the first test on."""
    set_key(SECRET_KEY)


@pytest.fixture(scope="session", autouse=True)
def _patient_customers() -> Iterator[None]:
    """Who brings a result waits until it is verified, and everybody for the database, however busy
    the machine. A test of a time-out sets its own."""
    patient = Patience(*[30] * 7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.desk.callbacks.limits.PATIENCE", GIVEN_UP_AFTER)
        patch.setattr("app.records.group_writer.ANSWER_SECONDS", GIVEN_UP_AFTER)
        patch.setattr("app.records.database.BUSY_SECONDS", GIVEN_UP_AFTER)
        patch.setattr("app.records.database.usual_patience", lambda: patient)
        patch.setattr("app.desk.health.readiness.ANSWER_WITHIN", GIVEN_UP_AFTER)
        yield


@pytest.fixture(scope="session", autouse=True)
def _compiled_once(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A template that one worker has compiled serves the others, whichever desk shows it."""
    folder = Path(_shared_folder(request.config) or tmp_path_factory.mktemp("compiled"))
    keep_compiled(folder / "templates")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.main.keep_compiled", lambda _: None)
        yield


def _shared_folder(config: pytest.Config) -> str | None:
    """The folder that all the workers of this run have, where there are several."""
    shared: str | None = getattr(config, "workerinput", {}).get("shared")
    return shared


@pytest.fixture(scope="session", autouse=True)
def _cheap_hashes() -> Iterator[None]:
    """A password's hash costs a tenth of a second on purpose. That it does has its own test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.desk.accounts.passwords._hasher", cheap_hasher)
        yield


@pytest.fixture(scope="session")
def blank_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A migrated, empty SQLite file, made once: each test gets a copy."""
    shared = _shared_folder(request.config)
    return blank_in(shared) if shared else migrated_sqlite(tmp_path_factory.mktemp("blank"))


def move_in(folder: Path, blank: Path) -> Path:
    """What a first start leaves in a folder: its key, and a migrated database."""
    kept_key(folder / "secret.key", folder / "desk.db")
    shutil.copy(blank, folder / "desk.db")
    return folder


@pytest.fixture
def moved_in(tmp_path: Path, blank_database: Path) -> Path:
    """The folder of a desk that has been started once."""
    return move_in(tmp_path, blank_database)


@pytest.fixture(scope="session")
def postgresql_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The maintenance URL of a real PostgreSQL with a migrated database to copy."""
    shared = _shared_folder(request.config)
    if shared:
        yield told_in(shared)
    else:
        with migrated_postgresql() as url:
            yield url


@pytest.fixture
def postgresql(postgresql_server: str) -> str:
    """The URL of a fresh, migrated PostgreSQL database."""
    return fresh_database(postgresql_server, new_name(), BLANK)


@pytest.fixture
def bare_postgresql(postgresql_server: str) -> str:
    """The URL of a PostgreSQL database without a table."""
    return fresh_database(postgresql_server, new_name())


@pytest.fixture(scope="module")
def module_postgresql(postgresql_server: str) -> str:
    """The same, shared by the tests of a module."""
    return fresh_database(postgresql_server, new_name(), BLANK)


@pytest.fixture
def settings(tmp_path: Path, blank_database: Path) -> Settings:
    """Settings of a desk with a folder and a port of its own."""
    shutil.copy(blank_database, tmp_path / "desk.db")
    return settings_for(tmp_path)


def settings_for(folder: Path, **values: object) -> Settings:
    """The settings of the tests; `values` override."""
    fixed = {
        "port": free_port(),
        "data_dir": folder,
        "secret_key": SECRET_KEY,
        "sandbox": "on",
        "gateway_timeout": 30,
        "gateway_settle": 1,
    }
    return Settings(_env_file=None, **(fixed | values))  # type: ignore[call-arg, arg-type]


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """A fresh, migrated SQLite database."""
    opened = Database(settings.resolved_database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def kept_sqlite(
    blank_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One SQLite database for many tests: an engine that knows its statements is a quick one."""
    path = tmp_path_factory.mktemp("kept") / "desk.db"
    shutil.copy(blank_database, path)
    database = Database(sqlite_url(path))
    yield database
    database.close()


@pytest.fixture(scope="session")
def kept_postgresql(postgresql_server: str) -> Iterator[Database]:
    """One PostgreSQL database for many tests: to make one costs more than most of them."""
    database = Database(fresh_database(postgresql_server, new_name(), BLANK))
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The same test on SQLite and on PostgreSQL, on an empty database."""
    database: Database = request.getfixturevalue(f"kept_{request.param}")
    yield database
    swept(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_own_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The same, on one that nobody else has, to break or to serve."""
    if request.param == "sqlite":
        url = request.getfixturevalue("settings").resolved_database_url
    else:
        url = request.getfixturevalue("postgresql")
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
async def kept_app(
    blank_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Starlette]:
    """The whole application, started, without a socket: one for all the tests."""
    folder = tmp_path_factory.mktemp("kept")
    shutil.copy(blank_database, folder / "desk.db")
    app = create_app(settings_for(folder))
    async with AsyncExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            # Nothing is asked that no test has asked for, however long a busy machine takes.
            patch.setattr("app.main.start_jobs", lambda *_: None)
            await stack.enter_async_context(app.router.lifespan_context(app))
        yield app


@pytest.fixture(scope="session")
def first_day(kept_app: Starlette) -> Iterator[sqlite3.Connection]:
    """What that application's database holds after its first start: the cast and the sandbox."""
    database = kept_app.state.desk.database
    ensure_sandbox_shop(database)
    enroll(database)
    with closing(sqlite3.connect(":memory:")) as kept:
        with closing(sqlite3.connect(kept_app.state.settings.data_dir / "desk.db")) as file:
            file.backup(kept)
        yield kept


@pytest.fixture
async def desk_app(kept_app: Starlette, first_day: sqlite3.Connection) -> Starlette:
    """That application as after its first start: nothing there but the cast and the sandbox."""
    kept_app.state.bare_visits = BareVisits()
    with closing(sqlite3.connect(kept_app.state.settings.data_dir / "desk.db")) as file:
        first_day.backup(file)
    sandbox = sandbox_of(kept_app)
    await sandbox.store.run(reset, sandbox.rules)
    return kept_app


@pytest.fixture
async def own_app(settings: Settings) -> AsyncIterator[Starlette]:
    """An application of this test's own, to break."""
    app = create_app(settings)
    enroll(app.state.desk.database)
    async with app.router.lifespan_context(app):
        yield app


def sandbox_of(app: Starlette) -> Sandbox:
    """The sandbox that is mounted in this desk."""
    line = next(line for line in app.routes if getattr(line, "name", "") == "sandbox-payment")
    sandbox = line.endpoint.app.state.sandbox  # type: ignore[attr-defined]
    assert isinstance(sandbox, Sandbox)
    return sandbox


def swept(database: Database) -> None:
    """Leave nothing of this test to the next, not even what otherwise only grows."""
    on = "" if database.is_sqlite else " ON audit_entries"
    with database.writing() as session:
        connection = session.connection()
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS audit_entries_stay{on}")
        if database.is_sqlite:
            for delete in _deletes():
                connection.exec_driver_sql(delete)
        else:
            connection.exec_driver_sql(f"DO $$ BEGIN {'; '.join(_deletes())}; END $$")


@cache
def _deletes() -> list[str]:
    """A statement for each table; those first that refer to others."""
    return [f"DELETE FROM {table.name}" for table in reversed(SQLModel.metadata.sorted_tables)]


def browser_for(app: Starlette, member: Member | None) -> httpx.AsyncClient:
    """A client without a socket, signed in as a member of the cast (or as nobody)."""
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url=app.state.settings.base_url,
        headers={"Accept-Language": "en"},
    )
    if member:
        name, value = signed_in_cookie(app, member)
        client.cookies.set(name, value)
    return client


@pytest.fixture
async def client(desk_app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """An admin's browser, without a socket."""
    async with browser_for(desk_app, ADMIN) as client:
        yield client


@pytest.fixture
async def operator(desk_app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """An operator's browser, without a socket."""
    async with browser_for(desk_app, OPERATOR) as client:
        yield client


@pytest.fixture
async def visitor(desk_app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of somebody who is not signed in."""
    async with browser_for(desk_app, None) as client:
        yield client


@dataclass(frozen=True)
class Served:
    """A desk that listens on a real socket, with the sandbox inside."""

    url: str
    app: Starlette
    settings: Settings
    connections: Connections

    def client(self, member: Member | None = ADMIN) -> httpx.Client:
        """A client over the socket, signed in through the door like everybody."""
        client = plain_client(self.url, headers={"Accept-Language": "en"})
        if member:
            form = {"email": member.email, "password": PASSWORD}
            assert client.post("/login", data=form).status_code == 303
        return client


@contextmanager
def serving(
    settings: Settings, room: Room | None = None, made: Starlette | None = None
) -> Iterator[Served]:
    """Serve a desk in a thread of its own until the block ends; `made` is one that is there."""
    app = made or create_app(settings)
    enroll(app.state.desk.database)
    where = (settings.host, settings.port)
    trusted = networks(settings.trusted_proxies)
    server = Server(app, *where, lambda: None, settings.sender_seconds, trusted, room)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + GIVEN_UP_AFTER
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    if not server.started:
        raise RuntimeError("the desk did not start")
    try:
        yield Served(settings.own_url, app, settings, server.connections)
    finally:
        app.state.stopping.set()
        server.should_exit = True
        thread.join(GIVEN_UP_AFTER)


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    """A desk on a real socket, of this test's own."""
    with serving(settings) as desk:
        yield desk


@pytest.fixture(scope="module")
def browser() -> Browser:
    """A real, headless Chromium."""
    return _browser.get()


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """A fresh browser window in English, at the served desk."""
    context = browser.new_context(base_url=served.url, locale="en-GB", timezone_id="Asia/Tokyo")
    context.set_default_timeout(BROWSER_PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def admin_page(page: Page, served: Served) -> Page:
    """The same, after an admin has signed in."""
    name, value = signed_in_cookie(served.app, ADMIN)
    page.context.add_cookies([{"name": name, "value": value, "url": served.url}])
    return page
