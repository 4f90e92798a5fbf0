"""Where the audit log ended is remembered beside the database: an earlier copy is noticed."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from sqlmodel import col, select

from app.desk.audit import record_noticed
from app.desk.audit_teller import FILE, AuditTeller
from app.records.accounts import AuditEntry
from app.records.audit_chain import verify
from app.records.database import Database

pytestmark = pytest.mark.anyio


def done(database: Database, number: int) -> None:
    for _ in range(number):
        with database.writing() as session:
            record_noticed(session, "something")


def noticed(database: Database) -> list[dict[str, int]]:
    query = select(AuditEntry.detail).where(AuditEntry.action == "restored")
    with database.reading() as session:
        assert verify(session).fault is None
        return [json.loads(detail) for detail in session.exec(query.order_by(col(AuditEntry.id)))]


async def test_an_earlier_copy_in_the_databases_place_becomes_an_entry_once(
    database: Database, tmp_path: Path
) -> None:
    done(database, 3)
    (tmp_path / FILE).write_text(f"5:{'a' * 64}\n")
    await AuditTeller(database, tmp_path).tick()
    assert noticed(database) == [{"before": 5, "after": 3}]
    # Grown past the place meanwhile, it is another log all the same.
    done(database, 4)
    (tmp_path / FILE).write_text(f"5:{'a' * 64}\n")
    await AuditTeller(database, tmp_path).tick()
    assert noticed(database)[1:] == [{"before": 5, "after": 8}]
    for _ in range(2):
        await AuditTeller(database, tmp_path).tick()
    assert len(noticed(database)) == 2


async def test_a_start_on_what_it_was_and_a_file_that_says_nothing_are_no_news(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for text in (None, "", "no place\n"):
        if text is not None:
            (tmp_path / FILE).write_text(text)
        done(database, 1)
        teller = AuditTeller(database, tmp_path)
        await teller.tick()
        await teller.tick()
    await AuditTeller(database).tick()
    assert noticed(database) == []
    assert len([one for one in caplog.messages if "audit checkpoint" in one]) == 4
