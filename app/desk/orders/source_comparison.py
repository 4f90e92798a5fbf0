"""Comparison: what each source says of each parameter of an order, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.desk.status.call_results import CallResult, classify, found_by
from app.protocol.checkstring import Verdict
from app.protocol.messages import Call, SearchAnswer
from app.protocol.statuses import Relation, Status, relation
from app.protocol.text import normalise
from app.records.callbacks import Callback
from app.records.exchanges import Exchange
from app.records.orders import UNKNOWN, Order

CLIENT_FIELDS = ("ClientField1", "ClientField2", "ClientField3")


@dataclass(frozen=True)
class FieldComparison:
    """What each source says of one parameter, as text; None where it says nothing.

    `answered` is what EntryTran or ExecTran answered. `differs` names the sources (`answered`,
    `callback`, `lookup`) that say something else than what we sent or hold.
    """

    parameter: str
    sent: str | None = None
    answered: str | None = None
    callback: str | None = None
    lookup: str | None = None
    differs: frozenset[str] = frozenset()


def compare(
    order: Order, exchanges: Sequence[Exchange], callbacks: Sequence[Callback]
) -> list[FieldComparison]:
    """The facts of an order; exchanges (with their bodies) and callbacks come oldest first."""
    lookup = next((one for one in reversed(exchanges) if _is_found(one)), None)
    answer = found_by(lookup) if lookup else None
    return [
        _status(order, exchanges, callbacks, lookup),
        _value("Amount", order.amount, answer.Amount if answer else None),
        # A gateway says 0 where no Tax was sent.
        _value("Tax", order.tax, answer.Tax if answer else None, absent="0"),
        *(_client_field(order, answer, number) for number in (1, 2, 3)),
    ]


def _is_found(exchange: Exchange) -> bool:
    return exchange.call is Call.SEARCH and classify(exchange) is CallResult.DONE


def _status(
    order: Order,
    exchanges: Sequence[Exchange],
    callbacks: Sequence[Callback],
    lookup: Exchange | None,
) -> FieldComparison:
    done = [
        one for one in exchanges if one.call is not Call.SEARCH and classify(one) is CallResult.DONE
    ]
    answered = {Call.ENTRY: Status.UNPROCESSED, Call.EXEC: Status.REQSUCCESS}
    verified = [one for one in callbacks if one.verdict == Verdict.VERIFIED]
    callback = verified[-1].status if verified else None
    said = lookup.said_status if lookup else None
    fresh = (
        lookup is not None and order.status_at is not None and (lookup.asked_at >= order.status_at)
    )
    differs = {
        "callback": _disagrees(order.status, callback, fresh=False),
        "lookup": _disagrees(order.status, said, fresh=fresh),
    }
    return FieldComparison(
        "Status",
        answered=answered[done[-1].call] if done else None,
        callback=callback,
        lookup=said,
        differs=frozenset(source for source, is_so in differs.items() if is_so),
    )


def _disagrees(held: str, said: str | None, *, fresh: bool) -> bool:
    """Whether a status said cannot be an earlier one of the same story. `fresh`: said after it."""
    if said is None or held == UNKNOWN:
        return False
    stands = relation(Status(held), Status(said))
    return stands in (Relation.FURTHER, Relation.CONTRADICTS) or (stands is Relation.LAGS and fresh)


def _value(
    parameter: str, sent: int | None, said: int | None, absent: str | None = None
) -> FieldComparison:
    ours = absent if sent is None else str(sent)
    theirs = None if said is None else str(said)
    return _fact(parameter, None if sent is None else str(sent), ours, theirs)


def _client_field(order: Order, answer: SearchAnswer | None, number: int) -> FieldComparison:
    sent = getattr(order, f"client_field{number}")
    said = getattr(answer, f"ClientField{number}", None) or None
    # The gateway has it from ExecTran on; of an order not made here we sent nothing.
    ours = normalise(sent or "") if order.executed_at and answer else None
    theirs = None if answer is None else normalise(said or "")
    return _fact(f"ClientField{number}", sent, ours, theirs, shown=said)


def _fact(
    parameter: str, sent: str | None, ours: str | None, theirs: str | None, shown: str | None = None
) -> FieldComparison:
    known = ours is not None and theirs is not None
    differs = frozenset({"lookup"}) if known and ours != theirs else frozenset()
    return FieldComparison(parameter, sent=sent, lookup=shown or theirs or None, differs=differs)
