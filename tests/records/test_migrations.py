"""A database of an earlier version opens, with everything that was in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, text
from sqlmodel import select

from app.desk.status.unproven import is_to_be_asked
from app.records.database import Database, sqlite_url
from app.records.orders import Order
from app.records.schema import HEAD, MIGRATIONS, schema_version, upgrade
from app.records.tables import metadata

AT = "2026-11-24 01:02:03"
KEY = "0" * 32


def migrate(database: Database, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = database.engine
    command.upgrade(config, version)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database without a table, of either kind."""
    if request.param == "sqlite":
        return Database(sqlite_url(tmp_path / "desk.db"))
    return Database(request.getfixturevalue("bare_postgresql"))


def test_a_database_of_the_first_version_keeps_what_is_in_it(empty_database: Database) -> None:
    migrate(empty_database, "0001")
    with empty_database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO users (id, email, role, created_at)"
                f" VALUES ('{KEY}', 'a@example.jp', 'approver', '{AT}')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO deeds (id, at, user_key, email, action, subject, detail,"
                " remote_address)"
                f" VALUES ('{KEY}', '{AT}', '{KEY}', '', 'register', 'A1', '{{}}', '')"
            )
        )
        connection.execute(
            text(f"INSERT INTO evictions VALUES ('{KEY}', '{AT}', 'mismatch', 'age', 7)")
        )
    upgrade(empty_database)
    assert schema_version(empty_database) == HEAD
    with empty_database.engine.begin() as connection:
        assert connection.execute(text("SELECT action, subject FROM audit_entries")).one() == (
            "register",
            "A1",
        )
        assert connection.execute(text("SELECT dropped FROM dropped_callbacks")).scalar() == 7
        # A role that is gone gave no right beyond an operator's.
        assert connection.execute(text("SELECT role FROM users")).scalar() == "operator"
    empty_database.close()


def test_the_migrations_lead_to_the_tables_that_the_code_describes(
    empty_database: Database,
) -> None:
    upgrade(empty_database)
    found = inspect(empty_database.engine)
    # The search is read through a full-text table in SQLite, through an index in PostgreSQL.
    tables = {name for name in found.get_table_names() if not name.startswith("order_grams")}
    assert tables == {*metadata.tables, "alembic_version"}
    for name, table in metadata.tables.items():
        assert {one["name"] for one in found.get_columns(name)} == {*table.columns.keys()}, name
        indexes = {one["name"] for one in found.get_indexes(name) if not one["unique"]}
        indexes -= {"ix_order_search_grams"}
        assert indexes == {index.name for index in table.indexes if not index.unique}, name
    empty_database.close()


def _insert(connection: Connection, table: str, **values: str | bytes | None) -> None:
    names, places = ", ".join(values), ", ".join(f":{name}" for name in values)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)


SINCE, DUE, HOUR_AFTER_SINCE, HOUR_AFTER_DUE = (
    f"2026-11-24 {time}:00.000000" for time in ("01:02", "01:30", "02:02", "02:30")
)
POLICIES = ("at-once", "after-60-minutes", "never")


ORDERS: list[tuple[dict[str, str | None], tuple[str | None, ...]]] = [
    # What callbacks reported: the policy is in the time now.
    ({"status": "PAYSUCCESS", "source": "callback"}, (DUE, HOUR_AFTER_DUE, None)),
    ({"status": "PAYFAIL", "conflict": "status"}, (DUE, HOUR_AFTER_DUE, None)),
    ({"status": "UNPROCESSED", "conflict": "status"}, (DUE, HOUR_AFTER_DUE, None)),
    ({"origin": "callback", "status_at": None}, (DUE, HOUR_AFTER_DUE, None)),
    # Silence: so is the interval.
    ({"source": "exec"}, (HOUR_AFTER_SINCE,) * 3),
    ({"source": "entry", "conflict": "never-executed"}, (HOUR_AFTER_SINCE,) * 3),
    ({"source": "exec", "lookup_due_at": HOUR_AFTER_DUE}, (HOUR_AFTER_DUE,) * 3),
    # As it was.
    ({"status": "REQSUCCESS", "source": "exec"}, (DUE,) * 3),
    ({"status": "PAYSTART", "source": "lookup"}, (DUE,) * 3),
    ({"status": "PAYFAIL", "source": "callback"}, (DUE,) * 3),
    ({"status": "PAYSUCCESS", "lookup_due_at": None}, (None,) * 3),
    # The desk has never asked about these.
    ({"status_at": None}, (None,) * 3),
    ({"status_at": None, "conflict": "never-executed"}, (None,) * 3),
    ({"status": "UNPROCESSED", "source": "entry"}, (None,) * 3),
]
"""Orders of the second version, and when a lookup of each is due with each policy."""


def test_when_a_lookup_is_due_is_the_moment_at_which_the_desk_asked_before(
    empty_database: Database,
) -> None:
    migrate(empty_database, "0002")
    with empty_database.engine.begin() as connection:
        for policy in POLICIES:
            _insert_shop(connection, policy)
            for number, (order, _) in enumerate(ORDERS):
                _insert_order(connection, policy, f"{number:02}", **order)
    upgrade(empty_database)
    wanted = {
        (policy, f"{number:02}"): at and datetime.fromisoformat(at).replace(tzinfo=UTC)
        for number, (_, due) in enumerate(ORDERS)
        for policy, at in zip(POLICIES, due, strict=True)
    }
    with empty_database.reading() as session:
        found = session.exec(select(Order.shop_key, Order.order_id, Order.lookup_due_at)).all()
    assert {(shop, number): at for shop, number, at in found} == wanted
    empty_database.close()


def _insert_shop(connection: Connection, policy: str) -> None:
    values: dict[str, str | bytes | None] = {
        "id": policy,
        "shop_id": policy[:13],
        "environment": "test",
        "name": "",
    }
    values |= {"password": b"", "order_prefix": "", "confirmation": policy, "created_at": AT}
    _insert(connection, "shops", **values)


def _insert_order(connection: Connection, shop_key: str, number: str, **order: str | None) -> None:
    row: dict[str, str | None] = {"id": shop_key + number, "shop_key": shop_key}
    row |= {"order_id": number, "environment": "test", "created_at": AT, "origin": "created"}
    row |= {"status": "unknown", "status_at": SINCE, "lookup_due_at": DUE}
    _insert(connection, "orders", **(row | order))


ARRIVED, BEFORE, AFTER = (f"2026-11-24 01:{minute}:00.000000" for minute in ("10", "05", "15"))

DOUBTED: list[tuple[str, str | None, tuple[str, str | None] | None, int]] = [
    # Status, the verdicts that came, the last lookup (when, with which error), how many count.
    ("REQSUCCESS", "mismatch", None, 2),
    ("unknown", "malformed", (BEFORE, ""), 2),
    ("REQSUCCESS", "no-checkstring", (AFTER, ""), 2),
    ("REQSUCCESS", "unknown-shop", (AFTER, "M01004002"), 2),
    ("REQSUCCESS", "mismatch", (AFTER, "E91029999"), 2),
    ("REQSUCCESS", "verified", None, 0),
    ("PAYSUCCESS", "mismatch", None, 0),
    ("REQSUCCESS", None, None, 0),
]
LISTED_AGAIN = {"00", "01", "04"}


def test_results_that_prove_nothing_and_were_never_asked_about_are_listed_again(
    empty_database: Database,
) -> None:
    migrate(empty_database, "0003")
    with empty_database.engine.begin() as connection:
        _insert_shop(connection, "never")
        for number, (status, verdict, lookup, _) in enumerate(DOUBTED):
            name = f"{number:02}"
            _insert_order(connection, "never", name, status=status, source="lookup")
            for which in ("a", "b") if verdict else ():
                _insert_callback(connection, name, which, verdict)
            if lookup:
                _insert_lookup(connection, name, *lookup)
    upgrade(empty_database)
    at = datetime(2026, 12, 1, tzinfo=UTC)
    with empty_database.reading() as session:
        orders = session.exec(select(Order).order_by(Order.order_id)).all()
    counted = [order.unproven_results for order in orders]
    assert counted == [number for *_, number in DOUBTED]
    assert {order.order_id for order in orders if is_to_be_asked(order, at)} == LISTED_AGAIN
    empty_database.close()


def _insert_callback(connection: Connection, order: str, which: str, verdict: str | None) -> None:
    values: dict[str, str | bytes | None] = {"id": order + which, "order_key": f"never{order}"}
    values |= {"received_at": ARRIVED, "body": b"", "verdict": verdict, "judged_at": ARRIVED}
    values |= {"digest": "", "headers": "{}", "remote_address": "", "tags": ""}
    _insert(connection, "callbacks", **values)


def _insert_lookup(connection: Connection, order: str, asked_at: str, error: str | None) -> None:
    values: dict[str, str | bytes | None] = {"id": order, "order_key": f"never{order}"}
    values |= {"shop_key": "never", "environment": "test", "call": "SearchTradeMulti"}
    values |= {"order_id": order, "purpose": "operator", "url": "", "request": b"", "owner": ""}
    values |= {"asked_at": asked_at, "errors": error or None}
    values["outcome"] = "protocol-error" if error else "answered"
    _insert(connection, "exchanges", **values)
