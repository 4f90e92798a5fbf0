"""Everything about the state of a trade: its statuses, the edges between them, what each allows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.protocol.calls import Call


class Status(StrEnum):
    """The state of a trade as SearchTradeMulti names it (Interface 3.1.2.1)."""

    UNPROCESSED = "UNPROCESSED"
    REQSUCCESS = "REQSUCCESS"
    PAYSTART = "PAYSTART"
    PAYSUCCESS = "PAYSUCCESS"
    PAYFAIL = "PAYFAIL"
    EXPIRED = "EXPIRED"

    @property
    def is_final(self) -> bool:
        """Whether it is one of FINAL."""
        return self in FINAL


class Cause(StrEnum):
    """What moves a trade along an edge."""

    ENTRY = "entry"  # EntryTranNetcash accepted
    EXEC = "exec"  # ExecTranNetcash accepted
    EXEC_REFUSED = "exec-refused"  # ExecTranNetcash refused: the trade stays as it was
    START = "start"  # the customer opened the payment page
    PAID = "paid"
    REFUSED = "refused"  # the centre refused the payment
    CANCELLED = "cancelled"  # the customer cancelled
    TERM_OVER = "term-over"  # not paid within the payment term


@dataclass(frozen=True, slots=True)
class Edge:
    """One permitted move; `from_` is None where the trade begins."""

    from_: Status | None
    to: Status
    cause: Cause


# Interface 1.2.2, completed by PAYSTART and PAYFAIL, which its table leaves out.
# Assumed: a trade that was never executed has no payment term and never expires; a second start
# shows the payment page again; PAYFAIL and EXPIRED are terminal.
EDGES: tuple[Edge, ...] = (
    Edge(None, Status.UNPROCESSED, Cause.ENTRY),
    Edge(Status.UNPROCESSED, Status.UNPROCESSED, Cause.EXEC_REFUSED),
    Edge(Status.UNPROCESSED, Status.REQSUCCESS, Cause.EXEC),
    Edge(Status.REQSUCCESS, Status.PAYSTART, Cause.START),
    Edge(Status.REQSUCCESS, Status.EXPIRED, Cause.TERM_OVER),
    Edge(Status.PAYSTART, Status.PAYSTART, Cause.START),
    Edge(Status.PAYSTART, Status.PAYSUCCESS, Cause.PAID),
    Edge(Status.PAYSTART, Status.PAYFAIL, Cause.REFUSED),
    Edge(Status.PAYSTART, Status.PAYFAIL, Cause.CANCELLED),
    Edge(Status.PAYSTART, Status.EXPIRED, Cause.TERM_OVER),
)

_LEFT = {edge.from_ for edge in EDGES}

OPEN = tuple(status for status in Status if status in _LEFT)
"""The statuses that an edge leaves: the trade can still be paid."""

FINAL = tuple(status for status in Status if status not in _LEFT)
"""The statuses that no edge leaves. Money can still follow a failure: see `Relation`."""

UNDER_WAY = (Status.REQSUCCESS, Status.PAYSTART)
"""The statuses in which the customer can pay: ExecTranNetcash has been accepted."""

FAILED = (Status.PAYFAIL, Status.EXPIRED)
"""The final statuses without money."""

RETURNED = (Status.PAYSUCCESS, Status.PAYFAIL)
"""The statuses with which the customer's browser can come back (Interface 2.1.2.4)."""

_ALREADY_USED = "M01004010"
_ALREADY_REQUESTED = "M01004014"
_NOT_IN_THIS_STATE = "M01054004"
_ALREADY_PAID = "NC1000004"
_TERM_OVER = "NC1000005"
_NOT_STARTABLE = "NC1000006"

# Assumed: ExecTranNetcash on REQSUCCESS and PAYSTART answers M01004014, on a final status
# M01054004; NetCashStart on UNPROCESSED and PAYFAIL shows NC1000006.
_REFUSALS: dict[Status, dict[Call, str]] = {
    Status.UNPROCESSED: {Call.START: _NOT_STARTABLE},
    Status.REQSUCCESS: {Call.EXEC: _ALREADY_REQUESTED},
    Status.PAYSTART: {Call.EXEC: _ALREADY_REQUESTED},
    Status.PAYSUCCESS: {Call.EXEC: _NOT_IN_THIS_STATE, Call.START: _ALREADY_PAID},
    Status.PAYFAIL: {Call.EXEC: _NOT_IN_THIS_STATE, Call.START: _NOT_STARTABLE},
    Status.EXPIRED: {Call.EXEC: _NOT_IN_THIS_STATE, Call.START: _TERM_OVER},
}


def refusal(status: Status, call: Call) -> str | None:
    """The code with which the gateway refuses `call` for a trade in `status`; None if it accepts.

    EntryTranNetcash is refused in every status: an OrderID can never be used again.
    SearchTradeMulti never is.
    """
    if call is Call.ENTRY:
        return _ALREADY_USED
    return _REFUSALS[status].get(call)


class Relation(StrEnum):
    """How a status heard of stands to the one held."""

    AGREES = "agrees"
    FURTHER = "further"  # the trade can have got there from what we hold
    LAGS = "lags"  # the trade was there before what we hold
    CONTRADICTS = "contradicts"  # no path either way, as from PAYFAIL to PAYSUCCESS


def relation(held: Status | None, heard: Status) -> Relation:
    """How `heard` stands to `held`, by what can be reached over the edges.

    Holding nothing, everything heard is further.
    """
    if held is heard:
        return Relation.AGREES
    if heard in _REACHABLE[held]:
        return Relation.FURTHER
    return Relation.LAGS if held in _REACHABLE[heard] else Relation.CONTRADICTS


def _reachable(start: Status | None) -> frozenset[Status]:
    found: set[Status] = set()
    frontier: set[Status | None] = {start}
    while reached := {edge.to for edge in EDGES if edge.from_ in frontier} - found:
        found |= reached
        frontier = {*reached}
    return frozenset(found)


_REACHABLE = {status: _reachable(status) for status in (None, *Status)}
