"""Claims: an order's status, source and conflict change only if they are still those read."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Table, Update, bindparam, insert, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session

from app.records.derived_columns import SPOKEN_OF, TO_BE_COUNTED
from app.records.orders import Order, Source
from app.records.rows import rows_of
from app.records.search_fold import VERSION


class Move(NamedTuple):
    """New values of an order's row, and the claim that was read before."""

    order_key: str
    read: Mapping[str, Any]
    values: Mapping[str, Any]


def claim_call(session: Session, order_key: str, exchange_key: str) -> bool:
    """Take the order's one place for a call under way; False when it is taken."""
    free = Move(order_key, {"open_exchange": None}, {"open_exchange": exchange_key})
    return _write_if(session, free)


def place_in_memory(order: Order, exchange_key: str, beside: Mapping[str, Any]) -> Move:
    """Give the one place of an order that is locked to this call. To be written by `write_moves`
    in the same transaction, with what else becomes of the row."""
    move = Move(order.id, {"open_exchange": None}, {"open_exchange": exchange_key, **beside})
    _take_over(order, move.values)
    return move


class StaleClaim(Exception):
    """An order changed while what is to be done about it was decided, although it was locked."""


def move_claim(session: Session, order: Order, values: Mapping[str, Any]) -> bool:
    """Change an order if its claim and its conflict are still those read; False when not."""
    return _write_if(session, Move(order.id, _claim(order), _marked(order, values)))


def move_locked(session: Session, order: Order, values: Mapping[str, Any]) -> None:
    """Change an order that is locked, if anything is to change. Raises StaleClaim."""
    if values and not move_claim(session, order, values):
        raise StaleClaim(order.id)


def move_in_memory(order: Order, values: Mapping[str, Any]) -> Move:
    """Change what is held of an order. To be written by `write_moves` in the same transaction."""
    move = Move(order.id, _claim(order), _marked(order, values))
    _take_over(order, move.values)
    return move


def note_in_memory(order: Order, values: Mapping[str, Any]) -> Move:
    """Change what is held of an order that is locked, beside its claim. To be written so too."""
    _take_over(order, values)
    return Move(order.id, {}, values)


def insert_orders(session: Session, orders: Sequence[Order]) -> None:
    """Make these orders, as they are in memory."""
    table: Table = Order.metadata.tables["orders"]
    names = [column.name for column in table.c if column.computed is None]
    if orders:
        session.connection().execute(insert(table), rows_of(orders, names))


def write_moves(session: Session, moves: Iterable[Move]) -> bool:
    """Write many moves, a statement for each set of columns; False when a claim was another by
    then: the transaction must be rolled back."""
    alike: dict[tuple[str, ...], list[Move]] = {}
    for move in moves:
        alike.setdefault(tuple(move.values), []).append(move)
    return all(_written(session, group) == len(group) for group in alike.values())


def _claim(order: Order) -> Mapping[str, Any]:
    return {"status": order.status, "source": order.source, "conflict": order.conflict}


def _marked(order: Order, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The search has to learn what was said: amounts, days, a callback's words. Of what our own
    calls bring it has nothing to learn, but the order is another for whoever counts."""
    if values.get("source") not in (Source.ENTRY, Source.EXEC):
        return {**values, "filed": SPOKEN_OF}
    return {**values, "filed": TO_BE_COUNTED} if order.filed == VERSION else values


def _write_if(session: Session, move: Move) -> bool:
    if session.autoflush:
        session.flush()
    if _written(session, [move]) != 1:
        return False
    loaded = session.identity_map.get(identity_key(Order, move.order_key))
    if loaded is not None:
        _take_over(loaded, move.values)
    return True


def _take_over(order: Order, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        set_committed_value(order, name, value)


def _written(session: Session, moves: Sequence[Move]) -> int:
    """How many of these, which change the same columns, were written."""
    statement = _update(tuple(moves[0].read), tuple(moves[0].values))
    return session.connection().execute(statement, list(map(_parameters, moves))).rowcount


def _parameters(move: Move) -> dict[str, Any]:
    read = {f"expected_{name}": value for name, value in move.read.items()}
    written = {f"new_{name}": value for name, value in move.values.items()}
    return {"order_key": move.order_key} | read | written


@cache
def _update(expected: tuple[str, ...], written: tuple[str, ...]) -> Update:
    # Built once for each set of names, and past the session: with every update it would compare
    # all the rows it holds, and processing holds hundreds.
    table: Table = Order.metadata.tables["orders"]
    columns = table.c
    still = (columns[name].is_not_distinct_from(bindparam(f"expected_{name}")) for name in expected)
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in written}
    return update(table).where(columns.id == bindparam("order_key"), *still).values(values)
