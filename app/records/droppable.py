"""What may be dropped: kinds of rows that anybody can make, each with limits of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, delete, exists, func, literal_column, union_all, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.protocol.checkstring import Verdict
from app.protocol.statuses import FINAL
from app.records.callbacks import Callback
from app.records.cases import CaseOrder
from app.records.changes import Change
from app.records.dropped_callbacks import NOTIFICATIONS, SANDBOX
from app.records.notifications import Notification
from app.records.orders import Order
from app.records.public_rows import WITHOUT_EFFECT
from app.records.shops import Environment
from app.records.verdict_changes import VerdictChange

UNVERIFIED = tuple(verdict for verdict in Verdict if verdict is not Verdict.VERIFIED)

SURPLUS = 10_000
"""How many of a flood that names open orders are found at once: finding them reads it whole."""


@dataclass(frozen=True, eq=False)
class Kind:
    """Some callbacks, or some notifications.

    `rows`: which count towards the limits. `free`: which of these may be dropped. `name` is what
    they are counted as when they are gone. `ages`: whether they are dropped for their age alone.
    """

    name: str
    table: type[Callback | Notification]
    rows: Sequence[ColumnElement[bool]]
    free: Sequence[ColumnElement[bool]] = ()
    ages: bool = True

    def keys(self) -> SelectOfScalar[str]:
        """The keys of these rows."""
        return select(self.table.id).where(*self.rows)


def _names_open_order() -> ColumnElement[bool]:
    return exists().where(
        # Every environment is named because that is what the index begins with.
        col(Order.environment).in_(list(Environment)),
        col(Order.order_id) == col(Callback.order_id),
        col(Order.status).not_in(FINAL) | col(Order.conflict).is_not(None) | _waits_for_word(),
    )


def _waits_for_word() -> ColumnElement[bool]:
    """A result that proves nothing has named the order, and nobody has spoken of it since."""
    unanswered = col(Order.spoken_at).is_(None) | (col(Order.unproven_at) > col(Order.spoken_at))
    return col(Order.unproven_at).is_not(None) & unanswered


def in_a_case(order_key: Any) -> ColumnElement[bool]:
    """Whether a case is about this order: what has been told of it is evidence, and stays."""
    return exists().where(col(CaseOrder.order_key) == order_key)


def _said_before() -> ColumnElement[bool]:
    """An earlier verified callback told the same order of the same status."""
    earlier = aliased(Callback)
    return exists().where(
        col(earlier.order_key) == col(Callback.order_key),
        col(earlier.status) == col(Callback.status),
        # Wrapped so that the index of verdicts is not used: nearly every callback is verified.
        func.coalesce(earlier.verdict, "") == Verdict.VERIFIED,
        col(earlier.id) < col(Callback.id),
    )


def _changed_an_order() -> ColumnElement[bool]:
    return exists().where(col(Change.callback_key) == col(Callback.id))


CALLBACKS = tuple(
    Kind(
        verdict,
        Callback,
        (col(Callback.verdict) == verdict,),
        (~_names_open_order(), ~in_a_case(Callback.order_key)),
    )
    for verdict in UNVERIFIED
)
"""What nobody has signed, by verdict: a flood of one pushes out nothing of another."""

SANDBOX_CALLBACKS = Kind(
    SANDBOX,
    Callback,
    (literal_column(WITHOUT_EFFECT),),
    (_said_before(), ~_changed_an_order(), ~in_a_case(Callback.order_key)),
    ages=False,
)

NOTICES = (
    Kind(NOTIFICATIONS, Notification, (col(Notification.order_key).is_(None),)),
    Kind(
        NOTIFICATIONS,
        Notification,
        (col(Notification.order_key).is_not(None),),
        (~in_a_case(Notification.order_key),),
    ),
)
"""Those that name no order of ours, and those that do: they are counted apart, as verdicts are."""


def beyond_number(session: Session, kind: Kind, number: int) -> str:
    """The key of the newest row that is one too many; empty when none is."""
    keys = kind.keys().order_by(col(kind.table.id).desc())
    return session.exec(keys.offset(number).limit(1)).first() or ""


def beyond_size(session: Session, kind: Kind, size: int, after: str = "") -> str:
    """The key of the newest row with which the bodies are more than `size` bytes; or empty. Only
    rows from behind the key `after` on are looked at.

    What is kept of the headers has limits of its own, and is not counted.
    """
    newest_first = col(kind.table.id).desc()
    so_far = func.sum(func.length(kind.table.body)).over(order_by=newest_first)
    newer = kind.keys().where(col(kind.table.id) > after)
    rows = newer.add_columns(so_far.label("so_far")).subquery()
    beyond = select(rows.c.id).where(rows.c.so_far > size).order_by(rows.c.id.desc())
    return session.exec(beyond.limit(1)).first() or ""


def droppable(session: Session, kind: Kind, after: str, upto: str, limit: int) -> Sequence[str]:
    """The oldest rows that may be dropped, from behind one key up to another."""
    key = col(kind.table.id)
    keys = kind.keys().where(key > after, key <= upto, *kind.free)
    return session.exec(keys.order_by(key).limit(limit)).all()


def surplus(
    session: Session, kind: Kind, upto: str, kept: int, limit: int = SURPLUS
) -> Sequence[str]:
    """Of the callbacks that do name an open order: repeats, and what lies between first and last.

    `kept` different ones from each end stay, so that neither what came before a flood nor what
    came after it is pushed out by it.
    """
    named = (*kind.rows, _names_open_order(), ~in_a_case(Callback.order_key))
    order, at = col(Callback.order_id), col(Callback.id)
    ranked = (
        select(
            Callback.id,
            func.row_number().over(partition_by=order, order_by=at).label("nth"),
            func.row_number().over(partition_by=order, order_by=at.desc()).label("nth_last"),
        )
        .where(*named, col(Callback.copy_of).is_(None))
        .subquery()
    )
    between = select(ranked.c.id).where(ranked.c.nth > kept, ranked.c.nth_last > kept)
    repeats = select(Callback.id).where(*named, col(Callback.copy_of).is_not(None))
    both = union_all(between, repeats).subquery()
    query = select(both.c.id).where(both.c.id <= upto)
    return session.exec(query.order_by(both.c.id).limit(limit)).all()


def drop(
    session: Session, kind: Kind, keys: Sequence[str], upto: str, *, free: bool = True
) -> Sequence[str]:
    """Drop those of these rows that still are of this kind, and whose keys they were.

    `free` also asks whether they may still be dropped. What somebody else is at work with stays.
    """
    asked = (col(kind.table.id).in_(keys), *kind.rows, *(kind.free if free else ()))
    locked = select(kind.table.id).where(*asked).with_for_update(skip_locked=True)
    gone = session.exec(locked).all()
    if not gone:
        return gone
    if kind.table is Callback:
        drop_callbacks(session, gone, upto)
    else:
        session.connection().execute(delete(Notification).where(col(Notification.id).in_(gone)))
    return gone


def drop_callbacks(session: Session, keys: Sequence[str], upto: str = "") -> None:
    """Drop these callbacks and their verdicts' history. Copies that stay find a new first."""
    connection = session.connection()
    connection.execute(delete(VerdictChange).where(col(VerdictChange.callback_key).in_(keys)))
    connection.execute(delete(Callback).where(col(Callback.id).in_(keys)))
    for gone, heir in heirs(session, keys, upto):
        hand_over(session, gone, heir)


def heirs(session: Session, keys: Sequence[str], upto: str) -> Sequence[tuple[str, str]]:
    """Those of these callbacks that have copies, each with the copy that becomes the first.

    That is one beyond `upto`, where there is one: the others are about to be dropped as well.
    """
    key = col(Callback.id)
    heir = func.coalesce(func.min(case((key > upto, key))), func.min(key))
    copies = select(Callback.copy_of, heir).where(col(Callback.copy_of).in_(keys))
    found = session.exec(copies.group_by(col(Callback.copy_of))).all()
    return [(gone, heir) for gone, heir in found if gone]


def hand_over(session: Session, gone: str, heir: str, limit: int | None = None) -> int:
    """Make copies of one callback the copies of another; how many, at most `limit`."""
    connection = session.connection()
    connection.execute(update(Callback).where(col(Callback.id) == heir).values(copy_of=None))
    copies = select(Callback.id).where(Callback.copy_of == gone).limit(limit)
    whole = update(Callback).where(col(Callback.id).in_(copies))
    return connection.execute(whole.values(copy_of=heir)).rowcount


def cut_off(session: Session, keys: Sequence[str], kept: int) -> int:
    """Keep of these bodies the first bytes alone; how many were longer.

    The digest of the whole stays, and how long it was.
    """
    body = Callback.body
    longer = (func.length(body) > kept, col(Callback.verdict).in_(UNVERIFIED))
    cut = update(Callback).where(col(Callback.id).in_(keys), *longer)
    values = {"whole_length": func.length(body), "body": func.substr(body, 1, kept)}
    return session.connection().execute(cut.values(values)).rowcount


def longer_than(session: Session, kept: int, after: str, limit: int) -> Sequence[str]:
    """The keys of unverified callbacks with a longer body, oldest first, from behind a key on."""
    keys = select(Callback.id).where(
        col(Callback.id) > after,
        col(Callback.verdict).in_(UNVERIFIED),
        func.length(Callback.body) > kept,
        ~in_a_case(Callback.order_key),
    )
    return session.exec(keys.order_by(col(Callback.id)).limit(limit)).all()
