"""Claims: the one place where a source's word changes what we hold of an order.

What a word does is decided by `rulings`. Here it is written down: the claim by a conditional
update, and beside it a row of `changes` that says why. Nothing is sent from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.clock import now
from app.desk.held import held_of
from app.desk.rulings import LOOKUP_INTERVAL, Ruling, Word, rule, rule_missing
from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.records.changes import Change, Effect, changes_since
from app.records.exchanges import Exchange
from app.records.orders import UNKNOWN, Conflict, Order, Source, move_claim

__all__ = ["Word", "consequences", "hear", "hear_missing", "went_unknown"]


class StaleClaim(Exception):
    """An order changed while an exchange about it was completed, although it was locked."""


def hear(session: Session, order: Order, word: Word) -> Effect | None:
    """Let a source's word take effect on the order's claim; None when it changes nothing.

    Safe against others who hear of the same order at the same time: whoever comes second looks
    again. A conflict that has been raised already is not raised twice.
    """
    while True:
        ruling = rule(held_of(session, order, word), word)
        if ruling.conflict and _raised(session, order, word.source, word.status, ruling.conflict):
            return Effect.CONFLICT
        values, changes = consequences(order, word, ruling)
        if not values or move_claim(session, order, values):
            session.add_all(changes)
            return changes[0].effect if changes else None
        session.refresh(order)


def consequences(order: Order, word: Word, ruling: Ruling) -> tuple[dict[str, Any], list[Change]]:
    """What a ruling means: the new values of the order's row, and the changes that say why."""
    at = word.heard_at or now()
    changes = [_heard(order, effect, word, ruling, at) for effect in _effects(word, ruling)]
    return _values(order, word, ruling, at), changes


def hear_missing(
    session: Session, order: Order, exchange: Exchange, late_enough: bool
) -> Conflict | None:
    """A lookup finds no such order; the conflict that this raises. `late_enough`: see Word."""
    ruling = rule_missing(held_of(session, order, None), late_enough)
    at = exchange.answered_at or now()
    change = _change(order, Effect.NOT_REGISTERED, order.status, UNKNOWN, at)
    change.source, change.exchange_key = Source.LOOKUP, exchange.id
    if ruling.frees_number:
        values = {"source": Source.LOOKUP, "status_at": at, "lookup_due_at": None}
    elif ruling.conflict:
        change.effect, change.conflict = Effect.CONFLICT, ruling.conflict
        values = {"conflict": ruling.conflict, "conflict_at": at, "lookup_due_at": None}
    else:
        if ruling.known:
            order.lookup_due_at = None
        return None
    _move_locked(session, order, values, change)
    return ruling.conflict


def went_unknown(session: Session, order: Order, exchange: Exchange) -> None:
    """A call that changes the trade got no usable answer: nobody knows the status since then.

    A claim that has gone further meanwhile, as by a callback, stays.
    """
    if order.status not in (UNKNOWN, Status.UNPROCESSED):
        return
    source = Source.ENTRY if exchange.call is Call.ENTRY else Source.EXEC
    change = _change(order, Effect.WENT_UNKNOWN, order.status, UNKNOWN, now())
    change.source, change.exchange_key = source, exchange.id
    values = {
        "status": UNKNOWN,
        "source": source,
        "status_at": exchange.asked_at,
        "confirmed_at": None,
        "lookup_due_at": now(),
    }
    _move_locked(session, order, values, change)


def _move_locked(session: Session, order: Order, values: dict[str, Any], change: Change) -> None:
    if not move_claim(session, order, values):
        raise StaleClaim(order.id)
    session.add(change)


def _raised(
    session: Session, order: Order, source: Source, status: Status, conflict: Conflict
) -> bool:
    if order.conflict is None or order.conflict_at is None:
        return False
    said = (source, status, conflict)
    since = changes_since(session, order.id, order.conflict_at)
    return any((change.source, change.to_status, change.conflict) == said for change in since)


def _values(order: Order, word: Word, ruling: Ruling, at: datetime) -> dict[str, Any]:
    """What changes of the order's row."""
    values: dict[str, Any] = {}
    if word.source is Source.LOOKUP:
        values |= {"said_amount": word.amount, "said_tax": word.tax}
    if ruling.moves:
        values |= {"status": word.status, "source": word.source, "status_at": at}
        values["confirmed_at"] = at if ruling.confirms else None
    elif ruling.confirms:
        values["confirmed_at"] = at
    if ruling.moves and word.source is Source.LOOKUP and word.status is Status.UNPROCESSED:
        values["executed_at"] = None
    if ruling.ends_conflict:
        values |= {"conflict": None, "conflict_at": None}
    elif ruling.conflict and order.conflict is None:
        values |= {"conflict": ruling.conflict, "conflict_at": at}
    return values | _due(order, word, ruling, at)


def _due(order: Order, word: Word, ruling: Ruling, at: datetime) -> dict[str, datetime | None]:
    """When the next lookup is due, where the word says anything about that."""
    status = word.status if ruling.moves else order.status
    if word.source is Source.CALLBACK:
        paid = ruling.moves and status == Status.PAYSUCCESS
        if ruling.conflict or paid:
            return {"lookup_due_at": at}
        return {"lookup_due_at": None} if ruling.moves else {}
    if word.source is Source.LOOKUP and (order.conflict or ruling.conflict):
        return {"lookup_due_at": None}
    if status == UNKNOWN or (word.source is not Source.LOOKUP and not ruling.moves):
        return {}
    waits = status != Status.UNPROCESSED and not word.status.is_final
    return {"lookup_due_at": (word.asked_at or at) + LOOKUP_INTERVAL if waits else None}


def _effects(word: Word, ruling: Ruling) -> Iterator[Effect]:
    if ruling.moves:
        yield Effect.MOVED
    # That money is confirmed is a fact of its own, beside the move that brought it.
    if ruling.confirms and (not ruling.moves or word.status is Status.PAYSUCCESS):
        yield Effect.CONFIRMED
    if ruling.conflict:
        yield Effect.CONFLICT


def _heard(order: Order, effect: Effect, word: Word, ruling: Ruling, at: datetime) -> Change:
    change = _change(order, effect, order.status, word.status, at)
    change.source, change.said_at, change.conflict = word.source, word.said_at, ruling.conflict
    change.exchange_key, change.callback_key = word.exchange_key, word.callback_key
    return change


def _change(order: Order, effect: Effect, before: str, after: str, at: datetime) -> Change:
    return Change(
        order_key=order.id, effect=effect, from_status=before, to_status=after, recorded_at=at
    )
