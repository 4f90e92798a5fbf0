"""Reports about many orders at once: each decided by itself, all written together.

One report at a time, `updates.apply_report` does the same; a statement for each order is most of
what that costs. Beside `updates` the only place that writes a claim.
"""

from __future__ import annotations

from sqlmodel import Session

from app.desk.case_watch import tell_cases
from app.desk.status.rules import StatusReport, decide_status
from app.desk.status.snapshot import Terms, snapshot_of
from app.desk.status.updates import consequences
from app.records.changes import Change, Effect, insert_changes
from app.records.claims import Move, StaleClaim, move_in_memory, write_moves
from app.records.orders import Order


class ReportBatch:
    """Reports that are decided now and written by `write`, in one transaction.

    Only for orders that are locked, without a conflict, and about which nothing is waiting here to
    be written: what is asked about one for its decision is asked of the tables.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._moves: list[Move] = []
        self._changes: list[Change] = []

    def apply(self, order: Order, report: StatusReport, terms: Terms) -> Effect | None:
        """Let a report take effect on the order's claim; None when it changes nothing."""
        decision = decide_status(snapshot_of(self._session, order, report, terms.settle), report)
        values, changes = consequences(order, report, decision, terms.confirmation)
        if values:
            self._moves.append(move_in_memory(order, values))
        self._changes += changes
        tell_cases(self._session, order, changes)
        return changes[0].effect if changes else None

    def write(self) -> None:
        """Write what has been decided. Raises StaleClaim, and then nothing may be committed."""
        moves, changes = self._moves, self._changes
        self._moves, self._changes = [], []
        if not write_moves(self._session, moves):
            raise StaleClaim
        insert_changes(self._session, changes)
