"""Reports about many orders at once: each decided by itself, all written together.

One report at a time, `updates.apply_report` does the same; a statement for each order is most of
what that costs. Beside `updates` the only place that writes a claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlmodel import Session

from app.desk.case_watch import tell_cases
from app.desk.status.rules import StatusReport, decide_status
from app.desk.status.schedule import Event, Moments
from app.desk.status.snapshot import Past, Terms, snapshot_of
from app.desk.status.updates import consequences, scheduled
from app.records.changes import Change, Effect, insert_changes
from app.records.claims import (
    Move,
    StaleClaim,
    move_in_memory,
    note_in_memory,
    place_in_memory,
    write_moves,
)
from app.records.exchanges import Exchange
from app.records.orders import Order
from app.records.shops import Confirmation


class ReportBatch:
    """Reports that are decided now and written by `write`, in one transaction.

    Only for orders that are locked, without a conflict, and about which nothing is waiting here to
    be written: what is asked about one for its decision is asked of the tables.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._moves: list[Move] = []
        self._changes: list[Change] = []

    def apply(
        self,
        order: Order,
        report: StatusReport,
        terms: Terms,
        past: Past | None = None,
        *,
        unborn: bool = False,
    ) -> Effect | None:
        """Let a report take effect on the order's claim; None when it changes nothing.

        `past`: the order's, where it is known already. `unborn`: whoever calls is about to insert
        the order as it is then, and does so before `write`.
        """
        snapshot = snapshot_of(self._session, order, report, terms.settle, past)
        decision = decide_status(snapshot, report)
        values, changes = consequences(order, report, decision, terms.confirmation)
        if values:
            move = move_in_memory(order, values)
            self._moves += () if unborn else (move,)
        self._changes += changes
        tell_cases(self._session, order, changes)
        return changes[0].effect if changes else None

    def note(self, order: Order, values: Mapping[str, Any], *, unborn: bool = False) -> None:
        """Let something else become of an order's row than of its claim."""
        move = note_in_memory(order, values)
        self._moves += () if unborn else (move,)

    def write(self) -> None:
        """Write what has been decided. Raises StaleClaim, and then nothing may be committed."""
        moves, changes = self._moves, self._changes
        self._moves, self._changes = [], []
        if not write_moves(self._session, moves):
            raise StaleClaim
        insert_changes(self._session, changes)


class Asked(NamedTuple):
    """A lookup that a person is about to ask about an order, by the policy of its shop."""

    order: Order
    lookup: Exchange
    policy: Confirmation


def lookups_asked(session: Session, asked: Sequence[Asked]) -> None:
    """Many are about to be asked, each of an order that is locked and has no call under way: as
    `updates.lookup_asked` and `claims.claim_call` say it of one. Raises StaleClaim."""
    if not write_moves(session, map(_placed, asked)):
        raise StaleClaim


def _placed(asked: Asked) -> Move:
    order, lookup, policy = asked
    moments = Moments(lookup.asked_at, lookup.asked_at)
    due = scheduled(order, {}, Event.LOOKUP_ASKED, policy, moments)
    return place_in_memory(order, lookup.id, due)
