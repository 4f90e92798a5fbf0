"""Checkpoints are the desk's own words, wherever they are found again."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import text
from sqlmodel import delete

from app.desk.audit_teller import AuditTeller
from app.records.accounts import AuditEntry
from app.records.audit_chain import Checkpoint as At
from app.records.audit_chain import Kind, link, verify
from app.records.audit_checkpoints import checkpoint_text, ours_among, words_in
from app.records.database import Database
from app.records.signing_keys import SigningKey
from tests.records.test_audit_chain import written

pytestmark = pytest.mark.anyio


def kept(database: Database) -> bytes:
    return checkpoint_text(database).encode()


def test_a_checkpoint_is_found_in_whatever_holds_it_and_only_ours_counts(
    database: Database,
) -> None:
    written(database, 2)
    early = kept(database)
    written(database, 1)
    late = kept(database)
    forged = late.replace(b"3:", b"4:", 1)
    data = b'{"x":"' + late + b'"}\n' + forged + b"\x00" + early + b"\xff" + early
    assert len(words_in(data)) == 3
    assert [one.number for one in ours_among(database, words_in(data))] == [2, 3]


def test_a_log_that_was_written_anew_shows_against_what_left_this_machine(
    database: Database,
) -> None:
    written(database, 3)
    ours = ours_among(database, [kept(database)])
    with database.writing() as session:
        session.connection().execute(text("DROP TRIGGER audit_entries_stay"))
        session.exec(delete(AuditEntry))
        last = At(0, "0" * 64)
        for one in range(3):
            entry = AuditEntry(action="create", subject=f"B{one}")
            last = link(entry, last)
            session.add(entry)
    with database.reading() as session:
        assert verify(session).fault is None
        report = verify(session, ours)
    assert (report.fault, report.at) == (Kind.ALTERED, 3)


def test_whoever_puts_another_key_in_place_of_ours_makes_no_checkpoint_fit(
    database: Database,
) -> None:
    written(database, 1)
    word = kept(database)
    with database.writing() as session:
        session.exec(delete(SigningKey))
    assert ours_among(database, [word]) == []


async def test_the_log_of_the_process_is_told_of_each_new_end_once(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "app.desk.audit_teller")
    teller = AuditTeller(database)
    await teller.tick()
    written(database, 2)
    await teller.tick()
    await teller.tick()
    written(database, 1)
    await teller.tick()
    told = [words_in(message.encode())[0] for message in caplog.messages]
    assert [one.number for one in ours_among(database, told)] == [2, 3]
