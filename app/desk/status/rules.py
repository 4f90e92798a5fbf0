"""Status rules: what a report does to a claim. Pure, and the only place that decides it.

agrees       a lookup confirms (when Amount and Tax are what we sent); others change nothing
further      the claim moves, and the new source stands behind it
lags         changes nothing; a conflict once a lookup an hour later still says so
contradicts  changes nothing and raises a conflict, which a person settles
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.desk.status.schedule import LOOKUP_INTERVAL
from app.protocol.statuses import Relation, Status, relation
from app.records.orders import Conflict, Source


@dataclass(frozen=True)
class StatusReport:
    """What a source says of an order. `said_at` is the time that the source itself names,
    `heard_at` when it reached us (None: this moment), `asked_at` when the call was asked that
    brought it. `amount` and `tax` are in yen and come with a lookup only.

    `received_at`: set for a callback that is recalled after the first lookup of the order it was
    met by; when it had reached us. `asked_at` is then that lookup's.
    """

    source: Source
    status: Status
    said_at: datetime | None = None
    heard_at: datetime | None = None
    exchange_key: str | None = None
    callback_key: str | None = None
    amount: int | None = None
    tax: int | None = None
    asked_at: datetime | None = None
    received_at: datetime | None = None


@dataclass(frozen=True)
class OrderSnapshot:
    """What is held of an order when a report arrives. `since` is when the claim was accepted (for
    an unanswered call: when it was asked), `settle` how long after that the call may be at work.

    `amount` and `tax` are what we sent in yen, None where we sent none; `said_amount` and
    `said_tax` what the lookup before said. `executed`: an ExecTran of ours worked or may have.
    `silent_entry`: an EntryTran of ours went unanswered. `settled`: a person has had the last word.
    `paid_after_failure`: the conflict is that a callback says it was paid after all. `lagged_at`:
    when the first lookup that lagged behind this claim was asked.
    """

    status: Status | None = None
    source: Source | None = None
    since: datetime | None = None
    settle: timedelta = timedelta.max
    ours: bool = True
    executed: bool = False
    has_access: bool = False
    amount: int | None = None
    tax: int | None = None
    said_amount: int | None = None
    said_tax: int | None = None
    confirmed: bool = False
    conflict: Conflict | None = None
    silent_entry: bool = False
    settled: bool = False
    paid_after_failure: bool = False
    lagged_at: datetime | None = None

    def agrees_in_amount(self, report: StatusReport) -> bool:
        """Whether Amount and Tax each equal what we sent; never where we sent none."""
        return self.amount is not None and (self.amount, self.tax or 0) == (
            report.amount,
            report.tax,
        )

    def was_accepted(self, report: StatusReport) -> bool:
        """Whether the lookup before said the same figures, and a person has settled that."""
        return (self.said_amount, self.said_tax) == (report.amount, report.tax)

    def call_is_over(self, asked_at: datetime | None) -> bool:
        """Whether an unanswered call of which a lookup asked then shows no trace never arrived."""
        if self.status is not None or self.since is None:
            return True
        return asked_at is not None and asked_at - self.since >= self.settle


@dataclass(frozen=True)
class StatusDecision:
    """What a report does: nothing, move the claim, confirm it, or raise a conflict.

    A move may confirm in the same breath, and may end the conflict that stood.
    """

    moves: bool = False
    confirms: bool = False
    conflict: Conflict | None = None
    ends_conflict: bool = False


NOTHING = StatusDecision()


def decide_status(snapshot: OrderSnapshot, report: StatusReport) -> StatusDecision:
    """What this report does to this claim."""
    if report.source is Source.LOOKUP:
        return _lookup(snapshot, report)
    if report.source is Source.CALLBACK:
        return _callback(snapshot, report)
    further = relation(snapshot.status, report.status) is Relation.FURTHER
    return StatusDecision(moves=True) if further else NOTHING


def _callback(snapshot: OrderSnapshot, report: StatusReport) -> StatusDecision:
    if not snapshot.ours and snapshot.status is None:
        return NOTHING  # all we know of it is callbacks: a lookup decides
    stands = relation(snapshot.status, report.status)
    if stands is Relation.AGREES:
        return NOTHING
    if snapshot.ours and not snapshot.executed:
        return StatusDecision(conflict=Conflict.NEVER_EXECUTED)
    return (
        StatusDecision(moves=True)
        if stands is Relation.FURTHER
        else StatusDecision(conflict=Conflict.STATUS)
    )


def _lookup(snapshot: OrderSnapshot, report: StatusReport) -> StatusDecision:
    same_amount = snapshot.agrees_in_amount(report)
    if snapshot.conflict:
        paid = snapshot.paid_after_failure and report.status is Status.PAYSUCCESS and same_amount
        return StatusDecision(moves=True, confirms=True, ends_conflict=True) if paid else NOTHING
    if snapshot.ours and not snapshot.has_access and snapshot.status is None:
        return _found(snapshot, report)
    if snapshot.amount is not None and not same_amount and not snapshot.was_accepted(report):
        return StatusDecision(conflict=Conflict.AMOUNT)
    if (
        snapshot.ours
        and not snapshot.executed
        and report.status not in (Status.UNPROCESSED, snapshot.status)
    ):
        return StatusDecision(conflict=Conflict.NEVER_EXECUTED)
    return _compared(snapshot, report, same_amount)


def _found(snapshot: OrderSnapshot, report: StatusReport) -> StatusDecision:
    """A trade of which we hold no AccessID: ours to adopt only after our own silent EntryTran."""
    if not snapshot.silent_entry or not snapshot.agrees_in_amount(report):
        return (
            NOTHING if snapshot.was_accepted(report) else StatusDecision(conflict=Conflict.FOREIGN)
        )
    if report.status is not Status.UNPROCESSED:
        return StatusDecision(conflict=Conflict.NEVER_EXECUTED)
    return StatusDecision(moves=True, confirms=True)


def _compared(snapshot: OrderSnapshot, report: StatusReport, same_amount: bool) -> StatusDecision:
    match relation(snapshot.status, report.status):
        case Relation.AGREES:
            return StatusDecision(confirms=same_amount and not snapshot.confirmed)
        case Relation.FURTHER:
            # Not executed, says a lookup while the unanswered ExecTran may still be at work.
            waits = snapshot.source is Source.EXEC and report.status is Status.UNPROCESSED
            too_early = waits and not snapshot.call_is_over(report.asked_at)
            return NOTHING if too_early else StatusDecision(moves=True, confirms=same_amount)
        case Relation.LAGS:
            return (
                StatusDecision(conflict=Conflict.LAGGING)
                if _persists(snapshot, report)
                else NOTHING
            )
        case Relation.CONTRADICTS:
            return StatusDecision(conflict=Conflict.STATUS)


def _persists(snapshot: OrderSnapshot, report: StatusReport) -> bool:
    if snapshot.lagged_at is None or report.asked_at is None:
        return False
    return report.asked_at - snapshot.lagged_at >= LOOKUP_INTERVAL


@dataclass(frozen=True)
class NotFoundDecision:
    """What "not registered" does: nothing (yet), free the number again, or raise a conflict.

    `known`: a person has it on the table already, so that no more need be asked.
    """

    known: bool = False
    frees_number: bool = False
    conflict: Conflict | None = None


def decide_not_found(snapshot: OrderSnapshot, asked_at: datetime) -> NotFoundDecision:
    """What it does to a claim that a lookup, asked then, finds no order with this number."""
    if snapshot.conflict:
        return NotFoundDecision(known=True)
    if not snapshot.ours and snapshot.status is None:
        # All that speaks for it are callbacks.
        return (
            NotFoundDecision(known=True)
            if snapshot.settled
            else NotFoundDecision(conflict=Conflict.NOT_REGISTERED)
        )
    if snapshot.ours and snapshot.status is None and snapshot.source is not Source.EXEC:
        silent = snapshot.source is Source.ENTRY
        return NotFoundDecision(frees_number=silent and snapshot.call_is_over(asked_at))
    return NotFoundDecision(conflict=Conflict.STATUS)
