"""An incident as a rehearsal: which of the sandbox's scenarios plays it again, and in which steps.

Neither a secret nor anything of a customer is in it: calls, outcomes, verdicts and the seconds
between them, and what the order came to. The scenario is told by its suffix alone, since the desk
knows of the sandbox what anybody does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.desk.callbacks.verification import Tag
from app.desk.gateway_calls.send import Outcome
from app.desk.orders.order_view import Entry, EntryKind, OrderView
from app.protocol.checkstring import Verdict
from app.protocol.messages import Call
from app.protocol.reading import read_result
from app.protocol.statuses import Status
from app.protocol.wire import NotAStamp, parse_jst_stamp
from app.records.callbacks import Callback
from app.records.exchanges import Exchange

ORDINARY = ""
LATE = "-late"

LATE_FROM = 2
"""Seconds from which a result was late: TranDate names whole ones, and a browser needs a moment."""

LATEST = 999
"""The longest pause, in seconds, that a suffix can ask for."""

_OF_CALLS: Mapping[str, str] = {
    Outcome.NO_ANSWER: "-timeout",
    Outcome.CUT_OFF: "-drop",
    Outcome.HTTP_ERROR: "-http500",
    Outcome.NOT_UNDERSTOOD: "-garbled",
    Outcome.PROTOCOL_ERROR: "-refuse",
}
"""How ExecTran ended, and the scenario that ends it so."""

_OF_VERDICTS: Mapping[str, str] = {
    Verdict.NO_CHECKSTRING: "-nosign",
    Verdict.UNKNOWN_SHOP: "-othershop",
    Verdict.MISMATCH: "-badcheck",
}

_OF_SILENCE: Mapping[str, str] = {
    Status.PAYSUCCESS: "-silent",
    Status.PAYFAIL: "-quiet",
    Status.EXPIRED: "-expire",
    Status.PAYSTART: "-leave",
}
"""What a lookup has said where no result came."""


@dataclass(frozen=True)
class Rehearsal:
    """What plays an order's past again. `suffix`: of the sandbox's scenario, empty for the
    ordinary one. `steps`: what happened, each with the seconds since the first."""

    suffix: str
    amount: int | None
    tax: int | None
    steps: Sequence[Mapping[str, Any]]
    ends: Mapping[str, Any]


def rehearsal_of(view: OrderView) -> Rehearsal:
    """How an order's past can be played again."""
    order = view.order
    return Rehearsal(
        suffix=_suffix(view),
        amount=order.amount,
        tax=order.tax,
        steps=list(_steps(view.timeline)),
        ends={"held": order.status, "money": order.money, "conflict": order.conflict},
    )


def _suffix(view: OrderView) -> str:
    """The first of these that fits: what went wrong first decides what came of it."""
    executions = [one.exchange for one in view.exchanges if one.exchange.call is Call.EXEC]
    failed = next((one.outcome for one in executions if one.outcome in _OF_CALLS), None)
    if failed:
        return _OF_CALLS[failed]
    doubted = [one for one in view.callbacks if one.verdict in _OF_VERDICTS]
    if doubted:
        return _of_doubted(doubted[0], view)
    verified = [one for one in view.callbacks if one.verdict == Verdict.VERIFIED]
    return _of_verified(verified, view) if verified else _of_silence(view)


def _of_doubted(callback: Callback, view: OrderView) -> str:
    """A changed status is what the gateway says otherwise; else the CheckString is wrong."""
    said = {one.exchange.said_status for one in view.exchanges if one.exchange.said_status}
    is_changed = callback.verdict == Verdict.MISMATCH and said and callback.status not in said
    return "-tamper" if is_changed else _OF_VERDICTS[callback.verdict or ""]


def _of_verified(verified: Sequence[Callback], view: OrderView) -> str:
    looked_up = {one.exchange.said_status for one in view.exchanges}
    if verified[0].status == Status.PAYFAIL:
        if Status.PAYSUCCESS in looked_up:
            return "-revived"
        return "-declined" if read_result(verified[0].body).values.get("ErrInfo") else "-cancelled"
    if len(verified) > 1 or any(entry.repeats for entry in view.timeline):
        return "-twice"
    return _of_pause(verified[0])


def _of_pause(callback: Callback) -> str:
    """As many seconds after the payment as it came then; the sandbox reads them from the suffix."""
    try:
        paid_at = parse_jst_stamp(callback.tran_date or "")
    except NotAStamp:
        return LATE if Tag.LATE in callback.tag_list else ORDINARY
    seconds = int((callback.received_at - paid_at).total_seconds())
    return f"{LATE}{min(seconds, LATEST)}" if seconds >= LATE_FROM else ORDINARY


def _of_silence(view: OrderView) -> str:
    return _OF_SILENCE.get(view.order.status, ORDINARY)


def _steps(timeline: Sequence[Entry]) -> Iterator[Mapping[str, Any]]:
    first = timeline[0].at if timeline else None
    for entry in timeline:
        told = _told(entry)
        if told and first:
            yield {"after_seconds": int((entry.at - first).total_seconds()), **told}


def _told(entry: Entry) -> Mapping[str, Any] | None:
    row = entry.row
    if isinstance(row, Exchange):
        said = {"call": row.call, "outcome": row.outcome, "errors": list(row.error_codes)}
        return said | {"by_a_person": row.asked_by is not None, "said": row.said_status}
    if isinstance(row, Callback):
        arrived = {"callback": row.status, "verdict": row.verdict, "tags": list(row.tag_list)}
        return arrived | {"repeats": entry.repeats}
    return {"payment_link": True} if entry.kind is EntryKind.LAUNCH else None
