"""What the next sweep would drop is told before it does, and is what it drops."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import select

from app.clock import now
from app.desk.retention import RetentionPolicy, sweep_all
from app.desk.retention.preview import preview
from app.protocol.checkstring import Verdict
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.keys import key_at

LIMITS = RetentionPolicy(timedelta(days=90), 1000)


def came(database: Database, verdict: Verdict, days_ago: int) -> None:
    moment = now() - timedelta(days=days_ago)
    with database.writing() as session:
        row = Callback(id=key_at(moment), body=b"x", digest="d" * 64, received_at=moment)
        row.verdict, row.judged_at = verdict, moment
        session.add(row)


def test_a_preview_names_what_a_sweep_then_drops_and_drops_nothing(any_database: Database) -> None:
    for days_ago in (100, 95, 10):
        came(any_database, Verdict.MISMATCH, days_ago)
    came(any_database, Verdict.VERIFIED, 400)
    with any_database.reading() as session:
        kinds = {kind.name: kind for kind in preview(session, LIMITS)}
        assert len(session.exec(select(Callback.id)).all()) == 4
    mismatch = kinds[Verdict.MISMATCH]
    assert (mismatch.held, mismatch.going, mismatch.more) == (3, 2, False)
    assert mismatch.first
    assert mismatch.last
    assert mismatch.since == mismatch.first
    assert now() - mismatch.first > now() - mismatch.last > LIMITS.age
    assert kinds[Verdict.MALFORMED].held == 0
    assert sum(kind.going for kind in kinds.values()) == sweep_all(any_database, LIMITS)
    with any_database.reading() as session:
        assert [kind.going for kind in preview(session, LIMITS)] == [0] * len(
            preview(session, LIMITS)
        )


def test_beyond_a_number_the_oldest_go(any_database: Database) -> None:
    for days_ago in (5, 4, 3):
        came(any_database, Verdict.NO_CHECKSTRING, days_ago)
    with any_database.reading() as session:
        kinds = preview(session, RetentionPolicy(timedelta(days=90), 1))
    assert {kind.name: kind.going for kind in kinds if kind.held} == {Verdict.NO_CHECKSTRING: 2}
