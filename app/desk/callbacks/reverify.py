"""Reverifying: a shop was added or a password changed, so a doubtful verdict may now be another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlmodel import Session

from app.desk.callbacks import limits
from app.desk.callbacks.apply import apply_all, find_orders
from app.desk.callbacks.verification import CheckedCallback, read_and_verify, write_verdict
from app.protocol.checkstring import Verdict
from app.records.callbacks import keys_with_verdict, locked_with_verdict
from app.records.database import Database
from app.records.encryption import DecryptionFailed
from app.records.shops import OurShops
from app.records.unjudged import take_up_all
from app.records.unproven import take_back
from app.records.verdict_changes import VerdictChange

DOUBTFUL = (Verdict.UNKNOWN_SHOP, Verdict.MISMATCH)
"""The verdicts that depend on what we know of shops. A verified one never falls."""


def reverify(database: Database, ours: OurShops) -> int:
    """Verify every doubtful callback of our shops again. Returns how many verdicts changed."""
    with database.writing() as session:
        # A password that nobody could read has been given again.
        take_up_all(session, DecryptionFailed.__name__)
    changed, last = 0, ""
    while keys := _doubtful(database, last):
        with database.writing() as session:
            changed += _reverify_rows(session, ours, keys)
        last = keys[-1]
    return changed


def _doubtful(database: Database, last: str) -> Sequence[str]:
    with database.reading() as session:
        return keys_with_verdict(session, DOUBTFUL, last, limits.BATCH)


def _reverify_rows(session: Session, ours: OurShops, keys: Sequence[str]) -> int:
    callbacks = locked_with_verdict(session, keys, DOUBTFUL)
    everything = read_and_verify(session, ours, callbacks)
    batch = [checked for checked in everything if _has_risen(checked)]
    counted_on = Counter(
        checked.callback.order_key
        for checked in batch
        if checked.verified and checked.callback.order_key
    )
    find_orders(session, batch)
    for checked in batch:
        session.add(_history(checked))
        write_verdict(checked)
    apply_all(session, batch)
    take_back(session, counted_on)
    return len(batch)


def _has_risen(checked: CheckedCallback) -> bool:
    """A mismatch can only become verified: it does not fall because a shop is switched off."""
    before, after = checked.callback.verdict, checked.judgement.verdict
    return after is Verdict.VERIFIED or (before == Verdict.UNKNOWN_SHOP and after != before)


def _history(checked: CheckedCallback) -> VerdictChange:
    callback = checked.callback
    return VerdictChange(
        callback_key=callback.id,
        from_verdict=callback.verdict or "",
        to_verdict=checked.judgement.verdict,
        judged_at=callback.judged_at,
    )
