"""Callbacks that wait to be judged are found at once, however many others there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import Session

from app.clock import now
from app.desk.callbacks.raw import INSERT, raw_row
from app.records.callback_lists import NOT_JUDGED, CallbackFilter, callbacks_page
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.keys import LAST_KEY, first_key, key_at
from app.records.paging import Place
from app.records.shops import Environment
from app.records.unjudged import (
    note_failure,
    number_set_aside,
    number_waiting,
    oldest_waiting,
    take_up_again,
    waiting_callbacks,
)


def store(database: Database, number: int, rank: int = 2, seconds: float = 0) -> list[str]:
    rows = [raw_row(b"A%d" % place, [], "", rank) for place in range(number)]
    for row in rows:
        row["id"] = key_at(now() - timedelta(seconds=seconds))
    database.append(INSERT, rows)
    return sorted(str(row["id"]) for row in rows)


def test_the_likely_genuine_ones_come_first_and_then_the_oldest(any_database: Database) -> None:
    others, genuine = store(any_database, 3, seconds=9), store(any_database, 2, rank=0)
    with any_database.reading() as session:
        assert [one.key for one in waiting_callbacks(session, None, LAST_KEY, 3)] == [
            *genuine,
            others[0],
        ]
        [first, *_] = waiting_callbacks(session, None, first_key(now() - timedelta(seconds=5)), 9)
        assert first == (2, others[0], len(b"A0"))
        behind = waiting_callbacks(session, (0, genuine[1]), LAST_KEY, 9)
        assert [one.key for one in behind] == others
        assert oldest_waiting(session) == others[0]


def test_what_fails_too_often_is_set_aside_and_taken_up_again(any_database: Database) -> None:
    [key] = store(any_database, 1)
    with any_database.writing() as session:
        assert [note_failure(session, key, "x" * 999, tries=2) for _ in range(3)] == [
            False,
            True,
            False,
        ]
    with any_database.writing() as session:
        assert (number_waiting(session, 9), number_set_aside(session, 9)) == (0, 1)
        assert take_up_again(session, key)
        assert (number_waiting(session, 9), number_set_aside(session, 9)) == (1, 0)
        assert session.get_one(Callback, key).tries == 0
        session.get_one(Callback, key).judged_at = now()
    with any_database.writing() as session:
        assert not take_up_again(session, key)
        assert not note_failure(session, key, "x", tries=1)


def listed(session: Session) -> object:
    return callbacks_page(session, CallbackFilter(Environment.SANDBOX, verdict=NOT_JUDGED), Place())


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (lambda session: waiting_callbacks(session, None, LAST_KEY, 25), "ix_callbacks_waiting"),
        (oldest_waiting, "ix_callbacks_waiting"),
        (lambda session: number_waiting(session, 1000), "ix_callbacks_waiting"),
        (lambda session: number_set_aside(session, 1000), "ix_callbacks_set_aside"),
        (listed, "ix_callbacks_waiting"),
    ],
    ids=["waiting", "oldest", "number", "set aside", "list"],
)
def test_no_question_about_them_reads_the_others(
    database: Database, asked: Callable[[Session], object], index: str
) -> None:
    plans: list[str] = []

    def explain(*call: object) -> None:
        if str(call[2]).startswith("SELECT"):
            rows = cursor.execute(f"EXPLAIN QUERY PLAN {call[2]}", call[3])
            plans.append("\n".join(str(row[3]) for row in rows))

    with database.reading() as session:
        driver = session.connection().connection.driver_connection
        assert driver is not None
        cursor = driver.cursor()
        event.listen(database.engine, "before_cursor_execute", explain)
        asked(session)
    told = "\n".join(plans)
    assert index in told
    assert "autoindex" not in told
