"""The audit log only grows, and whatever was done to it behind our back shows."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from app.desk.audit import record_action
from app.records.accounts import AuditEntry
from app.records.audit_chain import Checkpoint, Kind, Report, end_of_chain, link, verify
from app.records.database import Database

NUMBER = 7


def written(database: Database, number: int = NUMBER) -> None:
    for one in range(number):
        with database.writing() as session:
            record_action(session, None, "create", subject=f"A{one}", reason="because")


def walked(database: Database, checkpoint: Checkpoint | None = None) -> Report:
    with database.reading() as session:
        return verify(session, [checkpoint] if checkpoint else [])


@pytest.fixture
def log(any_own_database: Database) -> Database:
    """A log of a few entries whose triggers somebody with the database in hand has taken away."""
    written(any_own_database)
    on = "" if any_own_database.is_sqlite else " ON audit_entries"
    with any_own_database.writing() as session:
        for name in ("audit_entries_stay", "audit_entries_as_written"):
            session.connection().execute(text(f"DROP TRIGGER {name}{on}"))
    return any_own_database


@pytest.mark.sqlite_will_do
def test_a_log_that_was_left_alone_is_whole(log: Database) -> None:
    report = walked(log)
    assert (report.valid, report.total, report.fault) == (NUMBER, NUMBER, None)


def delete(number: int) -> Callable[[Session], None]:
    def deed(session: Session) -> None:
        statement = text("DELETE FROM audit_entries WHERE number = :number")
        session.connection().execute(statement, {"number": number})

    return deed


def change(number: int, column: str, value: str) -> Callable[[Session], None]:
    def deed(session: Session) -> None:
        statement = text(f"UPDATE audit_entries SET {column} = :value WHERE number = :number")
        session.connection().execute(statement, {"value": value, "number": number})

    return deed


def swap(session: Session) -> None:
    for before, after in ((3, 100), (4, 3), (100, 4)):
        statement = text("UPDATE audit_entries SET number = :after WHERE number = :before")
        session.connection().execute(statement, {"before": before, "after": after})


def write_anew(session: Session) -> None:
    """Another entry in the third place, as well made as any."""
    rows = session.exec(select(AuditEntry).order_by(col(AuditEntry.number))).all()
    rows[2].email = "somebody@example.jp"
    link(rows[2], Checkpoint(2, rows[1].digest or ""))


def insert(session: Session) -> None:
    session.add(AuditEntry(action="never-done"))


def make_room(session: Session) -> None:
    for number in range(NUMBER, 3, -1):
        statement = text("UPDATE audit_entries SET number = number + 1 WHERE number = :number")
        session.connection().execute(statement, {"number": number})


def insert_between(session: Session) -> None:
    """One that was never made in the fourth place, as well made as any."""
    third = session.exec(select(AuditEntry).where(AuditEntry.number == 3)).one()
    make_room(session)
    entry = AuditEntry(action="never-done")
    link(entry, Checkpoint(3, third.digest or ""))
    session.add(entry)


def insert_a_copy(session: Session) -> None:
    """What was done once said twice."""
    second = session.exec(select(AuditEntry).where(AuditEntry.number == 2)).one()
    make_room(session)
    session.add(AuditEntry(**second.model_dump(exclude={"id"}) | {"number": 4}))


def close_the_gap(session: Session) -> None:
    delete(4)(session)
    for number in range(5, NUMBER + 1):
        statement = text("UPDATE audit_entries SET number = number - 1 WHERE number = :number")
        session.connection().execute(statement, {"number": number})


@pytest.mark.sqlite_will_do
@pytest.mark.parametrize(
    ("deed", "fault", "at"),
    [
        (change(3, "email", "somebody@example.jp"), Kind.ALTERED, 3),
        (change(3, "detail", "{}"), Kind.ALTERED, 3),
        (change(3, "action", "register"), Kind.ALTERED, 3),
        (change(3, "said", "{}"), Kind.ALTERED, 3),
        (change(3, "digest", "0" * 64), Kind.ALTERED, 3),
        (change(3, "salt", "0" * 32), Kind.ALTERED, 3),
        (write_anew, Kind.ALTERED, 3),
        (delete(4), Kind.REMOVED, 4),
        (close_the_gap, Kind.REMOVED, 4),
        (delete(1), Kind.CUT_OFF_AT_THE_BEGINNING, 1),
        (swap, Kind.REORDERED, 3),
        (insert, Kind.INSERTED, None),
        (insert_between, Kind.INSERTED, 4),
        (insert_a_copy, Kind.INSERTED, 4),
    ],
)
def test_what_was_done_to_it_is_named_with_its_place(
    log: Database, deed: Callable[[Session], None], fault: Kind, at: int | None
) -> None:
    with log.writing() as session:
        deed(session)
    report = walked(log)
    assert (report.fault, report.at) == (fault, at)
    assert report.valid == (at - 1 if at else NUMBER)


@pytest.mark.sqlite_will_do
def test_an_end_that_was_cut_off_shows_against_a_checkpoint_kept_elsewhere(log: Database) -> None:
    with log.reading() as session:
        checkpoint = end_of_chain(session)
    assert walked(log, checkpoint).fault is None
    with log.writing() as session:
        delete(NUMBER)(session)
    assert walked(log).fault is None
    assert walked(log, checkpoint).fault is Kind.CUT_OFF_AT_THE_END
    # Whoever writes another end in its place is found out as well.
    written(log, 1)
    report = walked(log, checkpoint)
    assert (report.fault, report.at) == (Kind.ALTERED, NUMBER)


def test_the_database_itself_refuses_to_change_or_delete_an_entry(
    any_own_database: Database,
) -> None:
    written(any_own_database, 1)
    for deed in (delete(1), change(1, "email", ""), change(1, "number", "2")):
        with pytest.raises(DBAPIError), any_own_database.writing() as session:
            deed(session)
    with any_own_database.writing() as session:
        session.connection().execute(text("UPDATE audit_entries SET order_key = NULL"))
    assert walked(any_own_database).fault is None


def test_many_who_write_at_once_make_one_chain(any_own_database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: written(any_own_database, 3), range(4)))
    report = walked(any_own_database)
    assert (report.valid, report.total, report.fault) == (12, 12, None)


def test_what_is_undone_leaves_no_gap(database: Database) -> None:
    written(database, 1)
    with pytest.raises(RuntimeError):
        _undone(database)
    written(database, 1)
    assert walked(database).valid == 2
    with database.reading() as session:
        assert len(session.exec(select(AuditEntry)).all()) == 2


def _undone(database: Database) -> None:
    with database.writing() as session:
        record_action(session, None, "create")
        raise RuntimeError


def test_personal_data_stand_in_the_hashed_text_as_commitments_alone(database: Database) -> None:
    with database.writing() as session:
        record_action(session, None, "user-invited", subject="new@example.jp", role="viewer")
    with database.reading() as session:
        said = session.exec(select(AuditEntry.said)).one()
    assert "new@example.jp" not in str(said)
    assert "command line" not in str(said)
