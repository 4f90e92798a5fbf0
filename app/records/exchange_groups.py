"""Exchanges by the handful: written down, completed and read a group at a time, past the session.

One by one a row costs several statements, and of a list of thousands that is most of the work.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Delete,
    Insert,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    update,
)
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from app.records.changes import Change
from app.records.exchanges import WAITING, Exchange
from app.records.orders import Number
from app.records.rows import rows_of

_WITHOUT_BODIES = tuple(
    defer(getattr(Exchange, body), raiseload=True) for body in ("request", "answer")
)
_TABLE: Table = Exchange.metadata.tables["exchanges"]
_INSERT: Insert = insert(_TABLE)
_TOLD = (
    *("order_key", "outcome", "detail", "answered_at", "duration_ms", "http_status", "answer"),
    *("errors", "said_status", "said_amount", "said_tax", "said_at"),
)
_COMPLETE: Update = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("key"))
    .values({name: bindparam(f"new_{name}") for name in _TOLD})
)
_ORPHANS: Update = (
    update(_TABLE)
    .where(
        # The environment says nothing that the shop does not, but the index begins with it.
        _TABLE.c.environment == bindparam("of_environment"),
        _TABLE.c.order_id == bindparam("number"),
        _TABLE.c.shop_key == bindparam("of_shop"),
        _TABLE.c.order_key.is_(None),
    )
    .values(order_key=bindparam("order"))
)
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_TAKE_BACK: Delete = delete(_TABLE).where(_TABLE.c.id.in_(_KEYS), _TABLE.c.outcome == WAITING)
_LOCKED = (
    select(Exchange.id, Exchange.order_key)
    .where(col(Exchange.id).in_(_KEYS), Exchange.outcome == WAITING)
    .order_by(col(Exchange.id))
    .with_for_update(key_share=True)
)
_NUMBERED = (
    select(Exchange)
    .where(
        Exchange.environment == bindparam("of_environment"),
        col(Exchange.order_id).in_(bindparam("numbers", expanding=True)),
        col(Exchange.shop_key).in_(bindparam("shops", expanding=True)),
    )
    .order_by(col(Exchange.id))
    .options(*_WITHOUT_BODIES)
)
_HISTORIES = (
    select(Exchange)
    .where(
        col(Exchange.order_key).in_(bindparam("orders", expanding=True)),
        col(Exchange.id).not_in(_KEYS),
    )
    .order_by(col(Exchange.id))
    .options(*_WITHOUT_BODIES)
)
_CHANGES = (
    select(Change)
    .where(col(Change.order_key).in_(bindparam("orders", expanding=True)))
    .order_by(col(Change.id))
)


def insert_exchanges(session: Session, exchanges: Sequence[Exchange]) -> None:
    """Write down what is about to be asked."""
    if exchanges:
        session.connection().execute(_INSERT, rows_of(exchanges, _TABLE.c.keys()))


def locked_waiting(session: Session, keys: Collection[str]) -> Mapping[str, str | None]:
    """Which of these exchanges still wait, each with its order's key; nobody else completes them
    before the transaction ends."""
    return dict(session.exec(_LOCKED, params={"keys": list(keys)}).all())


def write_answers(session: Session, exchanges: Sequence[Exchange]) -> None:
    """Write what came of these exchanges."""
    rows = [
        {"key": one.id} | {f"new_{name}": vars(one)[name] for name in _TOLD} for one in exchanges
    ]
    if rows:
        session.connection().execute(_COMPLETE, rows)


def take_back(session: Session, keys: Collection[str]) -> None:
    """Forget what was about to be asked and never was."""
    session.connection().execute(_TAKE_BACK, {"keys": list(keys)})


class Met(NamedTuple):
    """An order that was just met under this number."""

    environment: str
    number: Number
    order_key: str


def give_to_orders(session: Session, met: Sequence[Met]) -> None:
    """Let the exchanges that asked for a number before it was an order here belong to it."""
    rows = [
        {
            "of_environment": one.environment,
            "of_shop": one.number[0],
            "number": one.number[1],
            "order": one.order_key,
        }
        for one in met
    ]
    if rows:
        session.connection().execute(_ORPHANS, rows)


def asked_about(
    session: Session, environment: str, numbers: Collection[Number]
) -> Mapping[Number, Sequence[Exchange]]:
    """What was ever asked about each of these numbers, oldest first, without bodies."""
    if not numbers:
        return {}
    shops, order_ids = zip(*numbers, strict=True)
    params = {"of_environment": environment, "numbers": order_ids, "shops": list(set(shops))}
    found: dict[Number, list[Exchange]] = {}
    for exchange in session.exec(_NUMBERED, params=params):
        found.setdefault((exchange.shop_key, exchange.order_id), []).append(exchange)
    return found


def histories_of(
    session: Session, order_keys: Collection[str], besides: Collection[str]
) -> Mapping[str, Sequence[Exchange]]:
    """The exchanges of each of these orders but for some, oldest first, without bodies."""
    params: dict[str, Any] = {"orders": list(order_keys), "keys": list(besides)}
    found: dict[str, list[Exchange]] = {}
    for exchange in session.exec(_HISTORIES, params=params):
        found.setdefault(exchange.order_key or "", []).append(exchange)
    return found


def changes_of_all(session: Session, order_keys: Collection[str]) -> Mapping[str, Sequence[Change]]:
    """The changes of the claim of each of these orders, oldest first."""
    found: dict[str, list[Change]] = {}
    for change in session.exec(_CHANGES, params={"orders": list(order_keys)}):
        found.setdefault(change.order_key, []).append(change)
    return found
