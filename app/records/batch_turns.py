"""The lines of batches whose turn it is, a group at a time: taken, and written past the session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Table, Update, bindparam, func, update
from sqlmodel import Session, col, select

from app.records.batch_items import SAY_NOTHING
from app.records.batches import BatchItem, ItemState
from app.records.orders import Number

_TABLE: Table = BatchItem.metadata.tables["batch_items"]
_NEXT = (
    select(BatchItem)
    .where(
        BatchItem.batch_key == bindparam("batch_key"),
        BatchItem.state == ItemState.WAITING,
        col(BatchItem.not_before).is_(None) | (col(BatchItem.not_before) <= bindparam("at")),
    )
    .order_by(col(BatchItem.line))
    .limit(bindparam("limit"))
    .with_for_update()
)
_STATE = ("state", "exchange_key", "why", "order_key")
_BEGUN = (*_STATE, "free_at", "not_before", "known", "here_yen", "here_status")
_ENDED = (
    *(*_STATE, "verdict", "gateway_status", "gateway_yen", "gateway_at", "began_at"),
    "stands_since",
)


def _write_of(names: Sequence[str]) -> Update:
    still = (
        _TABLE.c.id == bindparam("key"),
        _TABLE.c.state == bindparam("was"),
        _TABLE.c.exchange_key.is_not_distinct_from(bindparam("was_asked")),
    )
    return update(_TABLE).where(*still).values({name: bindparam(f"new_{name}") for name in names})


_WRITES: Mapping[tuple[str, ...], Update] = {names: _write_of(names) for names in (_BEGUN, _ENDED)}
_LATEST = (
    select(func.max(BatchItem.id))
    .where(
        col(BatchItem.order_id).in_(bindparam("order_ids", expanding=True)),
        col(BatchItem.shop_key).in_(bindparam("shops", expanding=True)),
        BatchItem.id < bindparam("before"),
        col(BatchItem.verdict).not_in(SAY_NOTHING),
    )
    .group_by(col(BatchItem.shop_key), col(BatchItem.order_id))
)
_FOUND_BEFORE = select(BatchItem.shop_key, BatchItem.order_id, BatchItem.began_at).where(
    col(BatchItem.id).in_(_LATEST)
)


def next_items(session: Session, batch_key: str, at: datetime, limit: int) -> Sequence[BatchItem]:
    """The next lines of a batch to ask about now, locked, in the order of the list. What becomes of
    them is written by `write_begun`."""
    params = {"batch_key": batch_key, "at": at, "limit": limit}
    items = session.exec(_NEXT, params=params).all()
    for item in items:
        session.expunge(item)
    return items


def write_begun(session: Session, items: Iterable[BatchItem]) -> None:
    """Write what has become of lines that waited for their turn."""
    _write(session, _BEGUN, ItemState.WAITING, [(item, None) for item in items])


def write_ended(session: Session, lines: Sequence[tuple[BatchItem, str]]) -> None:
    """Write what has become of lines that were asked about, each with the exchange that did. Not
    where somebody else has taken that in."""
    _write(session, _ENDED, ItemState.ASKING, lines)


def _write(
    session: Session,
    names: tuple[str, ...],
    was: ItemState,
    lines: Sequence[tuple[BatchItem, str | None]],
) -> None:
    rows = [
        {"key": item.id, "was": was, "was_asked": asked}
        | {f"new_{name}": vars(item)[name] for name in names}
        for item, asked in lines
    ]
    if rows:
        session.connection().execute(_WRITES[names], rows)


def disagreeing_since(
    session: Session, items: Sequence[BatchItem]
) -> Mapping[Number, datetime | None]:
    """Since when the sides did not agree on the orders of these lines of one list, by the last list
    before it that says: by their numbers."""
    if not items:
        return {}
    params = {
        "order_ids": [item.order_id for item in items],
        "shops": list({item.shop_key for item in items}),
        "before": min(item.id for item in items),
    }
    with session.no_autoflush:  # it is about earlier lists
        found = session.exec(_FOUND_BEFORE, params=params).all()
    return {(shop_key or "", order_id): began_at for shop_key, order_id, began_at in found}
