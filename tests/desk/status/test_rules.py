"""What each source's word does to each claim."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.desk.status.rules import (
    NOTHING,
    NotFoundDecision,
    OrderSnapshot,
    StatusDecision,
    StatusReport,
    decide_not_found,
    decide_status,
)
from app.protocol.statuses import Status
from app.records.orders import Conflict, Source

T = datetime(2026, 1, 10, 14, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTLE = timedelta(seconds=90)
TOO_EARLY, LATE_ENOUGH = T + SETTLE - timedelta(seconds=1), T + SETTLE
ENTRY, EXEC, CALLBACK, LOOKUP = Source.ENTRY, Source.EXEC, Source.CALLBACK, Source.LOOKUP
UNPROCESSED, REQSUCCESS, PAYSTART = Status.UNPROCESSED, Status.REQSUCCESS, Status.PAYSTART
PAYSUCCESS, PAYFAIL, EXPIRED = Status.PAYSUCCESS, Status.PAYFAIL, Status.EXPIRED

MOVES = StatusDecision(moves=True)
MOVES_AND_CONFIRMS = StatusDecision(moves=True, confirms=True)
CONFIRMS = StatusDecision(confirms=True)

OURS = OrderSnapshot(amount=1000, tax=80)
SILENT_ENTRY = replace(OURS, source=ENTRY, silent_entry=True, since=T, settle=SETTLE)
REGISTERED = replace(OURS, status=UNPROCESSED, source=ENTRY, access_id="ours")
ADOPTED = replace(REGISTERED, source=LOOKUP)
SILENT_EXEC = replace(REGISTERED, status=None, source=EXEC, executed=True, since=T, settle=SETTLE)
REQUESTED = replace(REGISTERED, status=REQSUCCESS, source=EXEC, executed=True)
PAYING = replace(REQUESTED, status=PAYSTART, source=LOOKUP)
REPORTED = replace(REQUESTED, status=PAYSUCCESS, source=CALLBACK)
FAILED = replace(REQUESTED, status=PAYFAIL, source=CALLBACK)
OVER = replace(REQUESTED, status=EXPIRED, source=LOOKUP)
MET = OrderSnapshot(ours=False, status=REQSUCCESS, source=LOOKUP, access_id="ours")
MET_BY_CALLBACK = OrderSnapshot(ours=False)


ACCEPTED_FOREIGN = replace(
    OURS,
    said_status=UNPROCESSED,
    accepted=frozenset({(False, 1000, 80), (False, 1, 80), (True, 1000, 80)}),
)


def accepting(snapshot: OrderSnapshot, paid: bool, amount: int) -> OrderSnapshot:
    """One whose conflict about these figures a person has settled."""
    return replace(snapshot, accepted=frozenset({(paid, amount, 80)}))


def in_conflict(snapshot: OrderSnapshot, kind: Conflict) -> OrderSnapshot:
    return replace(snapshot, conflict=kind, paid_after_failure=snapshot is FAILED)


def conflict(kind: Conflict) -> StatusDecision:
    return StatusDecision(conflict=kind)


def lookup(
    status: Status, amount: int = 1000, tax: int = 80, asked_at: datetime = T + HOUR
) -> StatusReport:
    return StatusReport(LOOKUP, status, amount=amount, tax=tax, asked_at=asked_at)


def another(status: Status) -> StatusReport:
    """What a lookup says that finds a trade with another AccessID under our number."""
    return replace(lookup(status), access_id="another")


@pytest.mark.parametrize(
    ("held", "source", "status", "ruling"),
    [
        (OURS, ENTRY, UNPROCESSED, MOVES),
        (SILENT_ENTRY, ENTRY, UNPROCESSED, MOVES),
        (REGISTERED, EXEC, REQSUCCESS, MOVES),
        (SILENT_EXEC, EXEC, REQSUCCESS, MOVES),
        (REPORTED, EXEC, REQSUCCESS, NOTHING),
    ],
)
def test_an_answer_moves_the_claim_unless_it_is_further_already(
    held: OrderSnapshot, source: Source, status: Status, ruling: StatusDecision
) -> None:
    assert decide_status(held, StatusReport(source, status)) == ruling


@pytest.mark.parametrize(
    ("held", "status", "ruling"),
    [
        (REQUESTED, PAYSUCCESS, MOVES),
        (REQUESTED, PAYFAIL, MOVES),
        (PAYING, PAYSUCCESS, MOVES),
        (SILENT_EXEC, PAYSUCCESS, MOVES),
        (SILENT_EXEC, PAYFAIL, MOVES),
        (REPORTED, PAYSUCCESS, NOTHING),
        (FAILED, PAYFAIL, NOTHING),
        (REPORTED, PAYFAIL, conflict(Conflict.STATUS)),
        (FAILED, PAYSUCCESS, conflict(Conflict.STATUS)),
        (OVER, PAYSUCCESS, conflict(Conflict.STATUS)),
        (OVER, PAYFAIL, conflict(Conflict.STATUS)),
        (OURS, PAYSUCCESS, conflict(Conflict.NEVER_EXECUTED)),
        (SILENT_ENTRY, PAYSUCCESS, conflict(Conflict.NEVER_EXECUTED)),
        (REGISTERED, PAYSUCCESS, conflict(Conflict.NEVER_EXECUTED)),
        (REGISTERED, PAYFAIL, conflict(Conflict.NEVER_EXECUTED)),
        (MET, PAYSUCCESS, MOVES),
        (MET_BY_CALLBACK, PAYSUCCESS, NOTHING),
        # What is in doubt still moves with a verified word; the doubt stays.
        (replace(REQUESTED, conflict=Conflict.AMOUNT), PAYSUCCESS, MOVES),
    ],
)
def test_a_verified_callback(held: OrderSnapshot, status: Status, ruling: StatusDecision) -> None:
    assert decide_status(held, StatusReport(CALLBACK, status)) == ruling


@pytest.mark.parametrize(
    ("held", "word", "ruling"),
    [
        # After our own unanswered EntryTran: adopted, or somebody else's.
        (SILENT_ENTRY, lookup(UNPROCESSED), MOVES_AND_CONFIRMS),
        (SILENT_ENTRY, lookup(UNPROCESSED, asked_at=TOO_EARLY), MOVES_AND_CONFIRMS),
        (SILENT_ENTRY, lookup(UNPROCESSED, amount=999), conflict(Conflict.FOREIGN)),
        (SILENT_ENTRY, lookup(UNPROCESSED, tax=0), conflict(Conflict.FOREIGN)),
        (SILENT_ENTRY, lookup(REQSUCCESS), conflict(Conflict.NEVER_EXECUTED)),
        (SILENT_ENTRY, lookup(PAYSUCCESS), conflict(Conflict.NEVER_EXECUTED)),
        # Without one it is not ours, whatever its amount.
        (OURS, lookup(UNPROCESSED), conflict(Conflict.FOREIGN)),
        (OURS, lookup(PAYSUCCESS), conflict(Conflict.FOREIGN)),
        # After our own unanswered ExecTran.
        (SILENT_EXEC, lookup(UNPROCESSED, asked_at=LATE_ENOUGH), MOVES_AND_CONFIRMS),
        (SILENT_EXEC, lookup(UNPROCESSED, asked_at=TOO_EARLY), NOTHING),
        (SILENT_EXEC, lookup(REQSUCCESS, asked_at=TOO_EARLY), MOVES_AND_CONFIRMS),
        (SILENT_EXEC, lookup(PAYSUCCESS, asked_at=TOO_EARLY), MOVES_AND_CONFIRMS),
        (SILENT_EXEC, lookup(PAYFAIL), MOVES_AND_CONFIRMS),
        (SILENT_EXEC, lookup(PAYSUCCESS, amount=1), conflict(Conflict.AMOUNT)),
        # Agreeing confirms, once, and only with our amount.
        (REPORTED, lookup(PAYSUCCESS), CONFIRMS),
        (REQUESTED, lookup(REQSUCCESS), CONFIRMS),
        (replace(REPORTED, confirmed=True), lookup(PAYSUCCESS), NOTHING),
        (REPORTED, lookup(PAYSUCCESS, amount=1001), conflict(Conflict.AMOUNT)),
        (REPORTED, lookup(PAYSUCCESS, amount=1080, tax=0), conflict(Conflict.AMOUNT)),
        (replace(REPORTED, tax=None), lookup(PAYSUCCESS, tax=0), CONFIRMS),
        (MET, lookup(REQSUCCESS), NOTHING),
        # What a person has settled once is not raised again.
        (ACCEPTED_FOREIGN, lookup(UNPROCESSED), NOTHING),
        (accepting(REPORTED, True, 1), lookup(PAYSUCCESS, amount=1), NOTHING),
        (accepting(REQUESTED, False, 1), lookup(PAYSTART, amount=1), MOVES),
        # But what has changed since is, and that it is paid is never without effect.
        (accepting(REQUESTED, False, 1), lookup(PAYSUCCESS, amount=1), conflict(Conflict.AMOUNT)),
        (ACCEPTED_FOREIGN, lookup(REQSUCCESS), conflict(Conflict.FOREIGN)),
        (ACCEPTED_FOREIGN, lookup(PAYSUCCESS), conflict(Conflict.FOREIGN)),
        (
            replace(ACCEPTED_FOREIGN, source=ENTRY, silent_entry=True),
            lookup(UNPROCESSED, amount=1),
            conflict(Conflict.FOREIGN),
        ),
        # A conflict stands: a person is told all the same that the gateway calls it paid.
        (in_conflict(REQUESTED, Conflict.LAGGING), lookup(UNPROCESSED), NOTHING),
        (
            in_conflict(REQUESTED, Conflict.LAGGING),
            lookup(PAYSUCCESS),
            conflict(Conflict.LAGGING),
        ),
        (
            in_conflict(FAILED, Conflict.STATUS),
            lookup(PAYSUCCESS, amount=1),
            conflict(Conflict.AMOUNT),
        ),
        # Yen, or nothing is proven.
        (REPORTED, replace(lookup(PAYSUCCESS), in_yen=False), conflict(Conflict.AMOUNT)),
        # The gateway has another trade under our number than ours, whatever it is over.
        (REGISTERED, another(UNPROCESSED), conflict(Conflict.FOREIGN)),
        (SILENT_EXEC, another(UNPROCESSED), conflict(Conflict.FOREIGN)),
        (REPORTED, another(PAYSUCCESS), conflict(Conflict.FOREIGN)),
        (MET, another(REQSUCCESS), conflict(Conflict.FOREIGN)),
        (in_conflict(FAILED, Conflict.STATUS), another(PAYSUCCESS), conflict(Conflict.FOREIGN)),
        (in_conflict(FAILED, Conflict.STATUS), another(PAYFAIL), NOTHING),
        (REPORTED, replace(lookup(PAYSUCCESS), access_id="ours"), CONFIRMS),
        (replace(ADOPTED, status=PAYSUCCESS), lookup(PAYSUCCESS), CONFIRMS),
        # Further.
        (REQUESTED, lookup(PAYSTART), MOVES_AND_CONFIRMS),
        (REQUESTED, lookup(PAYSUCCESS), MOVES_AND_CONFIRMS),
        (REQUESTED, lookup(EXPIRED), MOVES_AND_CONFIRMS),
        (MET, lookup(PAYSUCCESS), MOVES),
        (MET_BY_CALLBACK, lookup(PAYSUCCESS), MOVES),
        (MET_BY_CALLBACK, lookup(PAYFAIL), MOVES),
        (REGISTERED, lookup(REQSUCCESS), conflict(Conflict.NEVER_EXECUTED)),
        (ADOPTED, lookup(PAYSUCCESS), conflict(Conflict.NEVER_EXECUTED)),
        # Lagging counts only once it persists for an hour.
        (REPORTED, lookup(REQSUCCESS), NOTHING),
        (REQUESTED, lookup(UNPROCESSED), NOTHING),
        (replace(REPORTED, lagged_at=T + HOUR / 2), lookup(PAYSTART), NOTHING),
        (replace(REPORTED, lagged_at=T), lookup(PAYSTART), conflict(Conflict.LAGGING)),
        # Contradicting.
        (REPORTED, lookup(PAYFAIL), conflict(Conflict.STATUS)),
        (REPORTED, lookup(EXPIRED), conflict(Conflict.STATUS)),
        (FAILED, lookup(PAYSUCCESS), conflict(Conflict.STATUS)),
        # A conflict stands until a person settles it, with one exception.
        (replace(REPORTED, conflict=Conflict.STATUS), lookup(PAYSUCCESS), NOTHING),
        (replace(REQUESTED, conflict=Conflict.AMOUNT), lookup(PAYSTART), NOTHING),
        (
            replace(FAILED, conflict=Conflict.STATUS, paid_after_failure=True),
            lookup(PAYSUCCESS),
            StatusDecision(moves=True, confirms=True, ends_conflict=True),
        ),
        (
            replace(FAILED, conflict=Conflict.STATUS, paid_after_failure=True),
            lookup(PAYSUCCESS, amount=1),
            conflict(Conflict.AMOUNT),
        ),
        (
            replace(FAILED, conflict=Conflict.STATUS, paid_after_failure=True),
            lookup(PAYFAIL),
            NOTHING,
        ),
    ],
)
def test_a_lookup(held: OrderSnapshot, word: StatusReport, ruling: StatusDecision) -> None:
    assert decide_status(held, word) == ruling


@pytest.mark.parametrize(
    ("held", "asked_at", "missing"),
    [
        (SILENT_ENTRY, LATE_ENOUGH, NotFoundDecision(frees_number=True)),
        (SILENT_ENTRY, TOO_EARLY, NotFoundDecision()),
        (OURS, LATE_ENOUGH, NotFoundDecision()),
        (replace(SILENT_ENTRY, source=LOOKUP), LATE_ENOUGH, NotFoundDecision()),
        (SILENT_EXEC, LATE_ENOUGH, NotFoundDecision(conflict=Conflict.STATUS)),
        (REGISTERED, LATE_ENOUGH, NotFoundDecision(conflict=Conflict.STATUS)),
        (REPORTED, LATE_ENOUGH, NotFoundDecision(conflict=Conflict.STATUS)),
        (MET_BY_CALLBACK, LATE_ENOUGH, NotFoundDecision(conflict=Conflict.NOT_REGISTERED)),
        (replace(MET_BY_CALLBACK, settled=True), LATE_ENOUGH, NotFoundDecision(known=True)),
        (MET, LATE_ENOUGH, NotFoundDecision(conflict=Conflict.STATUS)),
        (replace(REPORTED, conflict=Conflict.AMOUNT), LATE_ENOUGH, NotFoundDecision(known=True)),
    ],
)
def test_a_lookup_that_finds_no_such_order(
    held: OrderSnapshot, asked_at: datetime, missing: NotFoundDecision
) -> None:
    assert decide_not_found(held, asked_at) == missing


@pytest.mark.parametrize("held", [REQUESTED, REPORTED, SILENT_EXEC, FAILED, MET, SILENT_ENTRY])
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("source", Source)
def test_no_word_both_moves_and_raises_a_conflict(
    held: OrderSnapshot, source: Source, status: Status
) -> None:
    ruling = decide_status(held, StatusReport(source, status, amount=1000, tax=80, asked_at=T))
    assert not (ruling.moves and ruling.conflict)
    assert not ruling.confirms or source is LOOKUP


@pytest.mark.parametrize(
    ("said_at", "stands", "ruling"),
    [
        (T - HOUR, T, NOTHING),
        (T, T, conflict(Conflict.STATUS)),
        (T + HOUR, T, conflict(Conflict.STATUS)),
        (T - HOUR, None, conflict(Conflict.STATUS)),
        (None, T, conflict(Conflict.STATUS)),
    ],
)
def test_a_callback_that_tells_of_an_earlier_time_contradicts_nothing(
    said_at: datetime | None, stands: datetime | None, ruling: StatusDecision
) -> None:
    older = StatusReport(CALLBACK, PAYFAIL, said_at)
    assert decide_status(replace(REPORTED, said_at=stands), older) == ruling


def test_not_found_too_early_is_neither_known_nor_frees_the_number() -> None:
    early = decide_not_found(SILENT_ENTRY, TOO_EARLY)
    assert (early.known, early.frees_number, early.conflict) == (False, False, None)
    conflicted = decide_not_found(REGISTERED, LATE_ENOUGH)
    assert (conflicted.known, conflicted.frees_number) == (False, False)
