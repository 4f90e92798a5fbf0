"""With little room left, long bodies that nobody has signed are cut, and that is said."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from sqlmodel import select

from app.desk.callbacks import process_waiting, reverify
from app.desk.callbacks.raw import INSERT, raw_row
from app.desk.retention.disk import cut_bodies
from app.desk.retention.policy import FREE_FLOOR, KEPT_OF_A_BODY
from app.desk.retention.steps import Steps
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.shops import OurShops
from tests.desk.callbacks.cast import a_shop, body, desk_over

LONG = b"&pad=" + b"A" * 30_000


@pytest.fixture
def long_ones(any_own_database: Database) -> Database:
    """A verified callback, one of a shop that we do not have, and a short one."""
    with any_own_database.writing() as session:
        session.add(a_shop())
    bodies = (body("V1") + LONG, body("U1", shop="tshop2") + LONG, body("S1", shop="tshop2"))
    any_own_database.append(INSERT, [raw_row(raw, [], "192.0.2.1") for raw in bodies])
    process_waiting(desk_over(any_own_database))
    return any_own_database


def of(database: Database, order_id: str) -> Callback:
    with database.reading() as session:
        return session.exec(select(Callback).where(Callback.order_id == order_id)).one()


def cut(database: Database, free: int = 0) -> int:
    # What a PostgreSQL's disk holds we cannot know.
    database.file = database.file or Path("/a server's")
    return cut_bodies(Steps(database), lambda _: free)


def test_a_long_unverified_body_keeps_its_beginning_its_length_and_its_digest(
    long_ones: Database,
) -> None:
    whole = of(long_ones, "U1").body
    assert cut(long_ones) == 1
    left = of(long_ones, "U1")
    assert left.body == whole[:KEPT_OF_A_BODY]
    assert left.whole_length == len(whole)
    assert left.digest == sha256(whole).hexdigest()
    assert cut(long_ones) == 0


def test_verified_and_short_bodies_stay_whole(long_ones: Database) -> None:
    before = [of(long_ones, name).body for name in ("V1", "S1")]
    cut(long_ones)
    assert [of(long_ones, name).body for name in ("V1", "S1")] == before
    assert of(long_ones, "V1").whole_length is None


def test_nothing_is_cut_while_there_is_room(long_ones: Database) -> None:
    assert cut(long_ones, FREE_FLOOR) == 0


def test_of_a_database_elsewhere_nothing_is_cut(postgresql: str) -> None:
    database = Database(postgresql)
    assert cut_bodies(Steps(database), lambda _: pytest.fail("no disk is asked")) == 0
    database.close()


def test_a_body_that_was_cut_is_not_judged_again(long_ones: Database) -> None:
    cut(long_ones)
    with long_ones.writing() as session:
        session.add(a_shop("tshop2"))
    reverify(long_ones, OurShops(sandbox_on=True))
    # The end of it, which is gone, could hold anything.
    assert (of(long_ones, "U1").verdict, of(long_ones, "S1").verdict) == (
        "unknown-shop",
        "verified",
    )
