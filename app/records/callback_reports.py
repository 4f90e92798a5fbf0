"""What verified callbacks have said of orders."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy
from sqlalchemy import BindParameter, ColumnElement, Table, bindparam, func
from sqlmodel import Session, col, select

from app.records.callbacks import Callback

_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_table: Table = Callback.metadata.tables["callbacks"]


def _is_verified(verdict: Any) -> ColumnElement[bool]:
    """Wrapped so that the index of verdicts is not used: nearly every callback is verified, and
    what is asked for is few of one order."""
    return func.coalesce(verdict, "") == "verified"


def said_before(session: Session, callback: Callback) -> bool:
    """Whether an earlier verified callback has told the same order the same thing."""
    query = select(Callback.id).where(
        Callback.order_key == callback.order_key,
        Callback.status == callback.status,
        Callback.tran_date == callback.tran_date,
        _is_verified(Callback.verdict),
        col(Callback.applied).is_not(None),
        Callback.id != callback.id,
    )
    return session.exec(query.limit(1)).first() is not None


def first_reports(session: Session, order_key: str) -> Sequence[Callback]:
    """Of each status that verified callbacks have named of an order, the first; oldest first."""
    verified = (Callback.order_key == order_key, _is_verified(Callback.verdict))
    firsts = select(func.min(Callback.id)).where(*verified).group_by(col(Callback.status))
    query = select(Callback).where(col(Callback.id).in_(firsts))
    return session.exec(query.order_by(col(Callback.id))).all()


_SAID = sqlalchemy.select(_table.c.order_key, _table.c.status, _table.c.tran_date).where(
    _table.c.order_key.in_(_KEYS),
    _is_verified(_table.c.verdict),
    _table.c.applied.is_not(None),
)


def said_of(session: Session, order_keys: Collection[str]) -> set[tuple[str | None, ...]]:
    """What verified callbacks have told these orders: key, Status and TranDate."""
    found = session.connection().execute(_SAID, {"keys": list(order_keys)})
    return {(key, status, tran_date) for key, status, tran_date in found}


def said_here(session: Session, order_ids: Collection[str]) -> set[tuple[str | None, ...]]:
    """What verified callbacks say of these OrderIDs: ShopID, OrderID, Status and TranDate."""
    said = (_table.c.shop_id, _table.c.order_id, _table.c.status, _table.c.tran_date)
    named = (_table.c.order_id.in_(order_ids), _is_verified(_table.c.verdict))
    found = session.connection().execute(sqlalchemy.select(*said).where(*named).distinct())
    return {(*row,) for row in found}
