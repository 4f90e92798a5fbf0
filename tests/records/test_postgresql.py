"""PostgreSQL as it fails in earnest: every wait has an end, and every end is one error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree

from app.records.accounts import Role, User, user_by_email
from app.records.database import UNREACHABLE, Database
from app.records.postgresql import PREPARED_AFTER, Patience
from tests.proxy import Proxy, Way, proxied
from tests.waiting import GIVEN_UP_AFTER, until

HURRIED = Patience(connect=2, free=0.2, lock=0.2, statement=0.3, answer=0.5, ping=0.3)
CUSTOMERS_WAIT = 10.0
"""Seconds in which whoever asks gets an answer, whatever hangs."""

SHORT_OF_CONNECTIONS = replace(Patience(*[int(GIVEN_UP_AFTER)] * 7), free=0.2)
"""Only for a free connection nobody waits."""


@pytest.fixture
def proxy(postgresql: str) -> Iterator[Proxy]:
    with proxied(postgresql) as between:
        yield between


@pytest.fixture
def database(proxy: Proxy) -> Iterator[Database]:
    """A database with one connection in its pool, used before."""
    with closing(Database(proxy.url, HURRIED)) as opened:
        look(opened)
        yield opened


def look(database: Database) -> None:
    with database.reading() as session:
        session.connection().execute(text("SELECT 1"))


def is_there(database: Database, email: str) -> bool:
    with database.reading() as session:
        return user_by_email(session, email) is not None


def put(database: Database, email: str = "a@example.jp") -> None:
    with database.writing() as session:
        session.add(User(email=email, role=Role.VIEWER))


@contextmanager
def soon() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < GIVEN_UP_AFTER, "it had no end"


def test_a_free_connection_and_one_wait_in_vain_are_shorter_than_a_customers_patience() -> None:
    usual = Patience()
    # The server gives up before its answer is given up, and says why.
    assert max(usual.lock, usual.statement) < usual.answer
    # The first wait in vain ends what was asked.
    assert usual.free + max(usual.ping, usual.connect, usual.answer) < CUSTOMERS_WAIT


def test_a_network_that_swallows_everything_is_an_error_in_time_and_ends_with_itself(
    database: Database, proxy: Proxy
) -> None:
    proxy.way = Way.SWALLOW
    with soon(), pytest.raises(UNREACHABLE):
        put(database)
    proxy.way = Way.PASS
    until(lambda: answers(database))


def answers(database: Database) -> bool:
    try:
        look(database)
    except UNREACHABLE:
        return False
    return True


def test_a_network_that_swallows_everything_in_mid_transaction_is_an_error_in_time(
    database: Database, proxy: Proxy
) -> None:
    with soon(), database.reading() as session:
        connection = session.connection()
        proxy.way = Way.SWALLOW
        with pytest.raises(OperationalError) as caught:
            connection.execute(text("SELECT 1"))
    assert caught.value.connection_invalidated


def test_nobody_waits_for_a_server_that_takes_its_time(database: Database) -> None:
    with soon(), pytest.raises(OperationalError), database.reading() as session:
        session.connection().execute(text("SELECT pg_sleep(60)"))


def test_nobody_waits_for_a_lock_without_end(database: Database) -> None:
    put(database)
    with database.writing() as one:
        user_by_email(one, "a@example.jp")
        one.connection().execute(text("LOCK TABLE users"))
        with soon(), pytest.raises(OperationalError):
            put(database, "b@example.jp")


def test_who_hangs_in_a_transaction_lets_go_of_what_others_wait_for(postgresql: str) -> None:
    with closing(Database(postgresql, Patience(lock=0.2, idle=0.2))) as database:
        put(database)
        with pytest.raises(OperationalError):
            _hang_until_others_can(database)
        assert is_there(database, "b@example.jp")


def _hang_until_others_can(database: Database) -> None:
    with database.writing() as hanging:
        hanging.connection().execute(text("LOCK TABLE users"))
        until(lambda: _can_put(database))
        hanging.connection().execute(text("SELECT 1"))


def _can_put(database: Database) -> bool:
    try:
        put(database, "b@example.jp")
    except OperationalError:
        return False
    return True


def test_nobody_queues_without_end_for_a_connection(postgresql: str) -> None:
    with closing(Database(postgresql, SHORT_OF_CONNECTIONS)) as database:
        held = [database.engine.connect() for _ in range(30)]
        try:
            with soon(), pytest.raises(NoneFree):
                look(database)
        finally:
            for connection in held:
                connection.close()
        look(database)


def test_a_server_that_has_become_read_only_is_away_until_another_takes_writes(
    database: Database, postgresql: str
) -> None:
    name = postgresql.rsplit("/", 1)[1]
    with psycopg.connect(postgresql, autocommit=True) as admin:
        with database.engine.connect() as connection:
            connection.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
            connection.commit()
        with pytest.raises(OperationalError) as caught:
            put(database)
        assert caught.value.connection_invalidated
        put(database)
        admin.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        database.engine.dispose()
        with pytest.raises(OperationalError):
            put(database, "b@example.jp")
        admin.execute("SET default_transaction_read_only = off")
        admin.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        put(database, "c@example.jp")


def test_a_commit_whose_reply_is_lost_is_an_error_though_it_was_carried_out(
    database: Database, proxy: Proxy
) -> None:
    proxy.way = Way.CUT_AFTER_COMMIT
    with soon(), pytest.raises(OperationalError) as caught:
        put(database)
    assert caught.value.connection_invalidated
    proxy.way = Way.PASS
    until(lambda: is_there(database, "a@example.jp"))


def test_nothing_of_a_transaction_stays_in_its_connection(database: Database) -> None:
    """A pooler gives each transaction another one."""
    with database.reading() as session:
        inside = setting(session.connection(), "statement_timeout")
    assert (inside, between(database, "SHOW statement_timeout")) == ("300ms", "0")


@pytest.mark.parametrize(("way", "prepared"), [(Way.PASS, True), (Way.POOL, False)])
def test_statements_are_prepared_where_no_pooler_stands_between(
    proxy: Proxy, way: Way, prepared: bool
) -> None:
    proxy.way = way
    with closing(Database(proxy.url, HURRIED)) as database:
        # Once more than it takes; what is not committed is forgotten.
        for _ in range(PREPARED_AFTER + 1):
            with database.engine.begin() as connection:
                connection.execute(text("SELECT 1"))
        assert (between(database, "SELECT count(*) FROM pg_prepared_statements") > 0) is prepared


def test_a_migration_may_take_its_time(database: Database) -> None:
    unhurried = database.engine.execution_options(unhurried=True)
    with unhurried.begin() as connection:
        assert setting(connection, "statement_timeout") == "0"
        connection.execute(text("SELECT pg_sleep(0.8)"))
    look(database)


def test_what_stands_in_the_address_comes_first(postgresql: str) -> None:
    address = f"{postgresql}?application_name=mine&target_session_attrs=any"
    with closing(Database(address, HURRIED)) as other, other.reading() as session:
        assert setting(session.connection(), "application_name") == "mine"


def between(database: Database, query: str) -> Any:
    """What a connection answers outside of any transaction."""
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        return driver.execute(query).fetchone()[0]


def setting(connection: object, name: str) -> str:
    return str(connection.execute(text(f"SHOW {name}")).scalar())  # type: ignore[attr-defined]
