"""Status rules: what a report does to a claim. Pure, and the only place that decides it.

agrees       a lookup confirms (when Amount and Tax are what we sent); others change nothing
further      the claim moves, and the new source stands behind it
lags         changes nothing; a conflict once a lookup an hour later still says so
contradicts  changes nothing and raises a conflict, which a person settles
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.desk.status.schedule import LOOKUP_INTERVAL, Event
from app.protocol.statuses import Relation, Status, relation
from app.records.orders import Conflict, Source

Figures = tuple[bool, int | None, int | None]
"""Paid or not, Amount, Tax: what a person accepts when they settle a conflict about amounts."""


@dataclass(frozen=True)
class StatusReport:
    """What a source says of an order. `said_at` is the time that the source itself names,
    `heard_at` when it reached us (None: this moment), `asked_at` when the call was asked that
    brought it. `access_id`, `amount`, `tax` and `in_yen` come with a lookup only; without yen no
    amount is proven. `doubted`: a failure with an error code under which money may have moved all
    the same.

    `received_at`: set for a callback that is recalled after the first lookup of the order it was
    met by; when it had reached us. `asked_at` is then that lookup's.
    """

    source: Source
    status: Status
    said_at: datetime | None = None
    heard_at: datetime | None = None
    exchange_key: str | None = None
    callback_key: str | None = None
    access_id: str | None = None
    amount: int | None = None
    tax: int | None = None
    in_yen: bool = True
    doubted: bool = False
    asked_at: datetime | None = None
    received_at: datetime | None = None

    @property
    def figures(self) -> Figures:
        """Amount and Tax, and whether they are said to have been paid."""
        return self.status is Status.PAYSUCCESS, self.amount, self.tax


@dataclass(frozen=True)
class OrderSnapshot:
    """What is held of an order when a report arrives. `since` is when the claim was accepted (for
    an unanswered call: when it was asked), `settle` how long after that the call may be at work.

    `amount` and `tax` are what we sent in yen, None where we sent none; `accepted` the figures that
    a conflict has named and a person has settled; `said_status` what the lookup before said.
    `said_at`: the time that the source of the claim itself named, asked for only where a callback
    speaks against the claim. `executed`: an ExecTran of ours worked or may have.
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
    access_id: str | None = None
    amount: int | None = None
    tax: int | None = None
    accepted: frozenset[Figures] = frozenset()
    said_status: Status | None = None
    said_at: datetime | None = None
    confirmed: bool = False
    conflict: Conflict | None = None
    silent_entry: bool = False
    settled: bool = False
    paid_after_failure: bool = False
    lagged_at: datetime | None = None

    def agrees_in_amount(self, report: StatusReport) -> bool:
        """Whether Amount and Tax each equal what we sent; never where we sent none."""
        sent = (self.amount, self.tax or 0)
        return self.amount is not None and report.in_yen and sent == (report.amount, report.tax)

    def is_another(self, report: StatusReport) -> bool:
        """Whether a lookup found another trade under this number than the one we know."""
        known = self.access_id is not None and report.access_id is not None
        return known and self.access_id != report.access_id

    def is_older(self, report: StatusReport) -> bool:
        """Whether a report names a time before that of what stands: it tells of what was."""
        if report.said_at is None or self.said_at is None:
            return False
        return report.said_at < self.said_at

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
_STATUS = StatusDecision(conflict=Conflict.STATUS)


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
    if stands is not Relation.FURTHER and snapshot.is_older(report):
        return NOTHING  # order of arrival proves nothing
    if snapshot.ours and not snapshot.executed:
        return StatusDecision(conflict=Conflict.NEVER_EXECUTED)
    return StatusDecision(moves=True) if stands is Relation.FURTHER else _STATUS


def _lookup(snapshot: OrderSnapshot, report: StatusReport) -> StatusDecision:
    return _in_conflict(snapshot, report) if snapshot.conflict else _held_against(snapshot, report)


def _in_conflict(snapshot: OrderSnapshot, report: StatusReport) -> StatusDecision:
    """A person settles it. That the gateway calls the order paid is told them all the same."""
    if report.status is not Status.PAYSUCCESS:
        return NOTHING
    ours = not snapshot.is_another(report) and snapshot.agrees_in_amount(report)
    if snapshot.paid_after_failure and ours:
        return StatusDecision(moves=True, confirms=True, ends_conflict=True)
    alone = _held_against(replace(snapshot, conflict=None), report)
    if alone.conflict or alone.moves:
        return StatusDecision(conflict=alone.conflict or snapshot.conflict)
    return NOTHING


def _held_against(snapshot: OrderSnapshot, report: StatusReport) -> StatusDecision:
    if snapshot.is_another(report):
        # The gateway has lost ours, and somebody has registered the number since.
        return StatusDecision(conflict=Conflict.FOREIGN)
    if snapshot.ours and snapshot.access_id is None and snapshot.status is None:
        return _found(snapshot, report)
    another = snapshot.amount is not None and not snapshot.agrees_in_amount(report)
    if another and report.figures not in snapshot.accepted:
        return StatusDecision(conflict=Conflict.AMOUNT)
    if (
        snapshot.ours
        and not snapshot.executed
        and report.status not in (Status.UNPROCESSED, snapshot.status)
    ):
        return StatusDecision(conflict=Conflict.NEVER_EXECUTED)
    return _compared(snapshot, report)


def _found(snapshot: OrderSnapshot, report: StatusReport) -> StatusDecision:
    """A trade of which we hold no AccessID: ours to adopt only after our own silent EntryTran."""
    if not snapshot.silent_entry or not snapshot.agrees_in_amount(report):
        return (
            NOTHING if _is_old_news(snapshot, report) else StatusDecision(conflict=Conflict.FOREIGN)
        )
    if report.status is not Status.UNPROCESSED:
        return StatusDecision(conflict=Conflict.NEVER_EXECUTED)
    return StatusDecision(moves=True, confirms=True)


def _is_old_news(snapshot: OrderSnapshot, report: StatusReport) -> bool:
    """Whether a person has settled that this trade, as it stands now, is somebody else's.

    Not while a call of ours is unanswered, and never once it is paid: for the same goods, perhaps.
    """
    settled = report.figures in snapshot.accepted and report.status is snapshot.said_status
    unpaid = report.status is not Status.PAYSUCCESS
    return settled and unpaid and snapshot.source is not Source.ENTRY


def _compared(snapshot: OrderSnapshot, report: StatusReport) -> StatusDecision:
    same_amount = snapshot.agrees_in_amount(report)
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
            return _STATUS


def _persists(snapshot: OrderSnapshot, report: StatusReport) -> bool:
    if snapshot.lagged_at is None or report.asked_at is None:
        return False
    return report.asked_at - snapshot.lagged_at >= LOOKUP_INTERVAL


def event_of(report: StatusReport, decision: StatusDecision, *, disputed: bool) -> Event:
    """What the schedule calls it that this report came to. `disputed`: a conflict stood before."""
    if report.source is Source.CALLBACK:
        return _callback_event(report, decision)
    if report.source is not Source.LOOKUP:
        return Event.ANSWER_MOVED if decision.moves else Event.ANSWER_LATE
    if disputed or decision.conflict:
        return Event.LOOKUP_DISPUTED
    return Event.LOOKUP_FINAL if report.status.is_final else Event.LOOKUP_OPEN


def _callback_event(report: StatusReport, decision: StatusDecision) -> Event:
    recalled = report.received_at is not None
    if decision.conflict:
        return Event.RECALL_CONFLICTED if recalled else Event.CALLBACK_CONFLICTED
    if decision.moves and report.doubted:
        return Event.CALLBACK_DOUBTED
    if decision.moves:
        return Event.RECALL_MOVED if recalled else Event.CALLBACK_MOVED
    return Event.CALLBACK_PAID if report.status is Status.PAYSUCCESS else Event.CALLBACK_AGREED


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
