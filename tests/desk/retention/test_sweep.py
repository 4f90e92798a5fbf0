"""Unverified callbacks are kept on rolling limits; what may still matter stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.clock import now
from app.desk.retention import KEPT_OF_AN_ORDER, RetentionPolicy, sweep_all
from app.protocol.statuses import Status
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.droppable import CALLBACKS, drop
from app.records.dropped_callbacks import DroppedCallbacks, dropped_so_far
from app.records.keys import first_key
from app.records.orders import Conflict
from app.records.verdict_changes import VerdictChange
from tests.desk.callbacks.cast import a_shop, an_order

DAY = timedelta(days=1)
LIMITS = RetentionPolicy(age=30 * DAY, number=3)


@pytest.fixture
def kept(any_database: Database) -> Database:
    with any_database.writing() as session:
        session.add(a_shop())
    return any_database


def callback(session: Session, name: str, verdict: str, days: float, **more: str | bytes) -> str:
    """A callback that arrived so many days ago."""
    key = first_key(now() - days * DAY)[:-6] + f"{abs(hash(name)) % 10**6:06}"
    usual: dict[str, Any] = {"body": b"", "digest": name, "verdict": verdict, "order_id": name}
    session.add(Callback(id=key, judged_at=now(), **(usual | more)))
    return key


def names(database: Database) -> list[str | None]:
    with database.reading() as session:
        return sorted(session.exec(select(Callback.order_id)).all(), key=str)


def test_old_ones_are_dropped_and_verified_ones_never(kept: Database) -> None:
    with kept.writing() as session:
        for verdict in ("verified", "mismatch", "no-checkstring", "unknown-shop", "malformed"):
            callback(session, f"old-{verdict}", verdict, 31)
            callback(session, f"new-{verdict}", verdict, 29)
    assert sweep_all(kept, LIMITS) == 4
    assert "old-verified" in names(kept)
    assert len(names(kept)) == 6


def test_a_flood_of_one_verdict_pushes_out_nothing_of_another(kept: Database) -> None:
    with kept.writing() as session:
        callback(session, "precious", "mismatch", 5)
        for number in range(10):
            callback(session, f"flood{number}", "malformed", 1 - number / 100)
    assert sweep_all(kept, LIMITS) == 7
    assert names(kept) == ["flood7", "flood8", "flood9", "precious"]


def test_what_names_an_open_order_of_ours_stays(kept: Database) -> None:
    with kept.writing() as session:
        shop = session.exec(select(type(a_shop()))).one()
        disputed = an_order(shop, "disputed", Status.PAYFAIL)
        disputed.conflict = Conflict.STATUS
        doubted = an_order(shop, "doubted", Status.EXPIRED)
        doubted.unproven_at = now()
        session.add_all(
            [
                an_order(shop, "open", Status.REQSUCCESS),
                an_order(shop, "paid", Status.PAYSUCCESS),
                disputed,
                doubted,
            ]
        )
        for name in ("open", "paid", "disputed", "doubted", "strange"):
            callback(session, name, "unknown-shop", 100)
    assert sweep_all(kept, LIMITS) == 2
    assert names(kept) == ["disputed", "doubted", "open"]


def test_a_flood_that_names_one_open_order_keeps_its_first_and_last(kept: Database) -> None:
    with kept.writing() as session:
        shop = session.exec(select(type(a_shop()))).one()
        session.add(an_order(shop, "open", Status.REQSUCCESS))
        days = 5.0
        for number in range(4 * KEPT_OF_AN_ORDER):
            callback(session, f"{number:03}", "mismatch", days - number / 100, order_id="open")
    assert sweep_all(kept, LIMITS) == 2 * KEPT_OF_AN_ORDER
    with kept.reading() as session:
        left = sorted(session.exec(select(Callback.digest)).all())
    first, last = left[:KEPT_OF_AN_ORDER], left[KEPT_OF_AN_ORDER:]
    assert (first[0], first[-1]) == ("000", f"{KEPT_OF_AN_ORDER - 1:03}")
    assert (last[0], last[-1]) == (f"{3 * KEPT_OF_AN_ORDER:03}", f"{4 * KEPT_OF_AN_ORDER - 1:03}")
    with kept.reading() as session:
        assert [one.number for one in dropped_so_far(session)] == [2 * KEPT_OF_AN_ORDER]


def test_of_repeats_that_name_an_open_order_the_first_stays(kept: Database) -> None:
    with kept.writing() as session:
        shop = session.exec(select(type(a_shop()))).one()
        session.add(an_order(shop, "open", Status.REQSUCCESS))
        first = callback(session, "first", "mismatch", 5, order_id="open")
        for number in range(20):
            name = f"repeat{number}"
            callback(session, name, "mismatch", 4 - number / 100, order_id="open", copy_of=first)
    assert sweep_all(kept, LIMITS) == 17
    with kept.reading() as session:
        left = session.exec(select(Callback.digest).order_by(col(Callback.id))).all()
    assert left == ["first", "repeat17", "repeat18", "repeat19"]


def test_what_was_dropped_is_counted(kept: Database) -> None:
    with kept.writing() as session:
        callback(session, "a", "mismatch", 40)
        callback(session, "b", "mismatch", 50)
    sweep_all(kept, LIMITS)
    with kept.writing() as session:
        callback(session, "c", "mismatch", 40)
    sweep_all(kept, LIMITS)
    with kept.reading() as session:
        [dropped] = dropped_so_far(session)
    assert (dropped.verdict, dropped.number) == ("mismatch", 3)
    assert dropped.last_at > now() - timedelta(minutes=1)


def test_the_history_of_a_verdict_goes_with_it(kept: Database) -> None:
    with kept.writing() as session:
        key = callback(session, "a", "mismatch", 40)
        session.add(
            VerdictChange(callback_key=key, from_verdict="unknown-shop", to_verdict="mismatch")
        )
    assert sweep_all(kept, LIMITS) == 1


def test_copies_that_stay_find_a_new_first(kept: Database) -> None:
    with kept.writing() as session:
        first = callback(session, "a", "mismatch", 40)
        heir = callback(session, "b", "mismatch", 20, copy_of=first)
        callback(session, "c", "mismatch", 10, copy_of=first)
    sweep_all(kept, LIMITS)
    with kept.reading() as session:
        found = session.exec(select(Callback.order_id, Callback.copy_of)).all()
    assert sorted(found, key=str) == [("b", None), ("c", heir)]


def test_large_bodies_fill_their_verdict_before_many_do(kept: Database) -> None:
    with kept.writing() as session:
        for number in range(10):
            callback(session, f"large{number}", "malformed", 1 - number / 100, body=b"A" * 1000)
            callback(session, f"small{number}", "mismatch", 1 - number / 100, body=b"A" * 10)
    assert sweep_all(kept, RetentionPolicy(30 * DAY, 100, size=3500)) == 7
    assert [name for name in names(kept) if name and "large" in name] == [
        "large7",
        "large8",
        "large9",
    ]


def test_what_one_flood_dropped_is_one_row_however_often_it_is_swept(kept: Database) -> None:
    for number in range(6):
        with kept.writing() as session:
            callback(session, f"flood{number}", "malformed", 1 - number / 100)
        sweep_all(kept, LIMITS)
    with kept.reading() as session:
        assert [one.dropped for one in session.exec(select(DroppedCallbacks)).all()] == [3]


def test_a_flood_of_one_body_hands_its_copies_over_and_loses_none(kept: Database) -> None:
    few = RetentionPolicy(30 * DAY, 150)
    with kept.writing() as session:
        first = callback(session, "000", "malformed", 5)
        for number in range(1, 400):
            callback(session, f"{number:03}", "malformed", 5 - number / 100, copy_of=first)
    assert sweep_all(kept, few) == 250
    with kept.reading() as session:
        left = session.exec(select(Callback).order_by(col(Callback.id))).all()
    assert len(left) == 150
    assert left[0].copy_of is None
    assert {one.copy_of for one in left[1:]} == {left[0].id}


def test_what_became_verified_meanwhile_stays(kept: Database) -> None:
    with kept.writing() as session:
        key = callback(session, "old", "mismatch", 31)
    kind = next(kind for kind in CALLBACKS if kind.name == "mismatch")
    with kept.writing() as session:
        session.get_one(Callback, key).verdict = "verified"
    with kept.writing() as session:
        assert not drop(session, kind, [key], key)
    assert names(kept) == ["old"]
