"""What it costs to judge results and to sweep does not grow with what is kept for good."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import insert
from sqlmodel import Session, select

from app.clock import now
from app.desk.callbacks.process import process_rows
from app.desk.callbacks.raw import INSERT, raw_row
from app.records import purge
from app.records.callbacks import Applied, Callback
from app.records.database import Database
from app.records.droppable import SANDBOX_CALLBACKS, beyond_number, beyond_size, droppable
from app.records.keys import new_key
from app.records.orders import Order
from app.records.shops import Environment, OurShops, Shop
from tests.desk.callbacks.cast import a_shop, an_order, body, tampered
from tests.steps import steps

KEPT = 3000
OURS = OurShops(sandbox_on=True)


@pytest.fixture
def kept(database: Database) -> Database:
    with database.writing() as session:
        session.add(a_shop())
    return database


def fill(session: Session, number: int) -> None:
    """So many orders that are paid, each with the verified callback that said so."""
    shop = session.exec(select(Shop)).one()
    orders = [an_order(shop, f"KEPT{n}").model_dump() | {"id": new_key()} for n in range(number)]
    session.connection().execute(insert(Order), orders)
    callbacks = [
        {
            "id": new_key(),
            "received_at": now(),
            "body": b"",
            "digest": f"{n:064}",
            "headers": "{}",
            "remote_address": "",
            "judged_at": now(),
            "verdict": "verified",
            "tags": "",
            "environment": Environment.SANDBOX,
            "order_key": order["id"],
            "status": "PAYSUCCESS",
            "tran_date": "20261124010203",
            "applied": Applied.MOVED,
        }
        for n, order in enumerate(orders)
    ]
    session.connection().execute(insert(Callback), callbacks)


def judged(session: Session, name: str, bring: Callable[[str], bytes]) -> None:
    """Eight results of eight orders that wait for one, twice each."""
    shop = session.exec(select(Shop)).one()
    session.add_all(an_order(shop, f"{name}{n}") for n in range(8))
    session.flush()
    for _ in range(2):
        rows = [raw_row(bring(f"{name}{n}"), [], "192.0.2.1") for n in range(8)]
        session.connection().execute(INSERT, rows)
        assert len(process_rows(session, OURS, [str(row["id"]) for row in rows])) == 8


@pytest.mark.parametrize("bring", [body, tampered])
def test_judging_costs_the_same_however_many_callbacks_are_verified(
    kept: Database, bring: Callable[[str], bytes]
) -> None:
    with kept.writing() as session:
        before = steps(session, partial(judged, name="A", bring=bring))
        fill(session, KEPT)
        after = steps(session, partial(judged, name="B", bring=bring))
    assert after < 1.5 * before


def test_the_limits_of_the_sandbox_are_looked_at_without_what_changed_an_order(
    kept: Database,
) -> None:
    with kept.writing() as session:
        before = steps(session, look_at_limits)
        fill(session, KEPT)
        after = steps(session, look_at_limits)
    assert after < 1.5 * before


def look_at_limits(session: Session) -> None:
    beyond_number(session, SANDBOX_CALLBACKS, 10)
    beyond_size(session, SANDBOX_CALLBACKS, 10)
    droppable(session, SANDBOX_CALLBACKS, "", new_key(), 10)
    purge.beyond_number(session, 10)
    purge.forgettable(session, "", new_key(), 10)
