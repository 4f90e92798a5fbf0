"""What the search knows of each order: its texts folded, and their grams.

An order is filed after it has been written, by the desk while it serves (`file_waiting`), and then
counted as well (`order_hours`): whoever writes orders owes both nothing but `filed`, NOT_FILED of a
new one and SPOKEN_OF of one of which something else is known since. The grams are a real column;
SQLite reads them through a full-text table that triggers keep, PostgreSQL through an inverted
index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    func,
    update,
)
from sqlmodel import Field, Session, col, select

from app.protocol.checkstring import Verdict
from app.protocol.reading import read_result
from app.protocol.wire import JST
from app.records import order_hours
from app.records.callbacks import Callback
from app.records.columns import Record
from app.records.derived_columns import SPOKEN_OF, TO_BE_COUNTED
from app.records.families import mark_double_payments
from app.records.keys import KEY_LENGTH, moment_of
from app.records.orders import ORDERS, Order
from app.records.search_fold import VERSION, grams, squeezed

CALLBACKS_READ = 5
"""The most verified callbacks of an order whose words are filed with it."""

_OWN = ("order_id", "client_field1", "client_field2", "client_field3")
_FACTS = (*order_hours.FACTS, "said_amount", "shop_key", "family", "filed")
_SAID = ("ClientField1", "ClientField2", "ClientField3", "ErrCode", "ErrInfo")


class Grams(TypeDecorator[Sequence[str]]):
    """Grams: an array in PostgreSQL, words between blanks in SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(ARRAY(Text()) if _has_arrays(dialect) else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        return value if value is None or _has_arrays(dialect) else " ".join(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Sequence[str] | None:  # noqa: ARG002
        return value.split() if isinstance(value, str) else value


def _has_arrays(dialect: Dialect) -> bool:
    return dialect.name == "postgresql"


class OrderSearch(Record, table=True):
    """What is searched of one order. `number` grows as orders are filed: the newest is the last.

    `texts` are folded, one a line. Each gram begins with its environment's letter, so that a
    search in one environment does not read another's.
    """

    __tablename__ = "order_search"

    number: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer(), "sqlite")
    )
    order_key: str = Field(
        foreign_key="orders.id", ondelete="CASCADE", unique=True, index=True, max_length=KEY_LENGTH
    )
    texts: str
    grams: Sequence[str] = Field(sa_type=Grams)


_FILES: Table = OrderSearch.metadata.tables["order_search"]
_FILE = _FILES.insert()
_FILE_ANEW = (
    _FILES.update()
    .where(_FILES.c.number == bindparam("known"))
    .values(texts=bindparam("new_texts"), grams=bindparam("new_grams"))
)
_READ = sqlalchemy.select(*(ORDERS[name] for name in (*_OWN, *_FACTS)))
_WAITING = (
    _READ.where(ORDERS.filed < bindparam("version"))
    .order_by(ORDERS.filed, ORDERS.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)


def file_waiting(session: Session, limit: int) -> int:
    """File the orders that the search does not know as they are, and count them; how many.

    First those that are only to be counted, then those that have been spoken of, since two of a
    family may be paid; the oldest of each. They are locked: what is said of one meanwhile comes
    afterwards, and makes it wait again.
    """
    orders = session.connection().execute(_WAITING, {"version": VERSION, "limit": limit}).all()
    known = [order for order in orders if order.filed == TO_BE_COUNTED]
    unknown = orders[len(known) :]
    filed = unknown if unknown and _file_these(session, unknown) else []
    order_hours.count_filed(session.connection(), [*known, *filed])
    return len(orders)


def file_now(session: Session, order_key: str) -> None:
    """File an order in the caller's own transaction, so that whoever made it finds it at once.

    It is counted afterwards: nobody holds the sums of an hour and then goes on to something else.
    """
    connection = session.connection()
    orders = connection.execute(_READ.where(ORDERS.id == order_key)).all()
    if orders and _file_these(session, orders):
        counted_later = update(Order).where(col(Order.id) == order_key).values(filed=TO_BE_COUNTED)
        connection.execute(counted_later)


def _file_these(session: Session, orders: Sequence[Any]) -> bool:
    """File these orders; False where one of a family was held, and they have to be filed again."""
    connection = session.connection()
    keys = [order.id for order in orders]
    said = _said_of(session, keys)
    files = [_file(order, said.get(order.id, ())) for order in orders]
    _write(connection, files, keys)
    return mark_double_payments(session, {(order.shop_key, order.family) for order in orders})


def _write(connection: Connection, files: Sequence[File], keys: Sequence[str]) -> None:
    """Insert the files of new orders, and change those that say something else than before."""
    query = sqlalchemy.select(_FILES).where(_FILES.c.order_key.in_(keys))
    known = {row.order_key: row for row in connection.execute(query)}
    new = [file._asdict() for file in files if file.order_key not in known]
    changed = [
        {"known": row.number, "new_texts": file.texts, "new_grams": file.grams}
        for file in files
        if (row := known.get(file.order_key)) is not None
        and (row.texts, list(row.grams)) != (file.texts, file.grams)
    ]
    if new:
        connection.execute(_FILE, new)
    if changed:
        connection.execute(_FILE_ANEW, changed)


def number_waiting(session: Session, limit: int) -> int:
    """How many orders the search does not know as they are; counted up to `limit`."""
    return len(session.exec(select(Order.id).where(is_unknown()).limit(limit)).all())


def anything_waits(session: Session) -> bool:
    """Whether any order waits to be filed or counted."""
    return session.exec(select(Order.id).where(Order.filed < VERSION).limit(1)).first() is not None


def is_unknown() -> ColumnElement[bool]:
    """Whether the search does not know an order as it is."""
    return col(Order.filed).between(SPOKEN_OF, VERSION - 1)


def any_waiting_before(session: Session, key: str) -> bool:
    """Whether any order waits that was here when this key was made."""
    waiting = select(Order.id).where(is_unknown(), Order.id < key)
    return session.exec(waiting.limit(1)).first() is not None


class File(NamedTuple):
    """What the search is to know of an order."""

    order_key: str
    texts: str
    grams: list[str]


def _file(order: Any, said: Iterable[str]) -> File:
    own = (getattr(order, name) or "" for name in _OWN)
    texts = list(dict.fromkeys(filter(None, map(squeezed, (*own, *said)))))
    letter = order.environment[0]
    found = sorted(letter + gram for gram in grams(texts) | _facts(order))
    return File(order.id, "\n".join(texts), found)


def _facts(order: Any) -> set[str]:
    """An order's amounts and days, as grams of their own."""
    yen = {order.yen, order.said_amount if order.amount is None else order.amount}
    days = {moment_of(order.id), order.paid_at}
    return {amount_gram(one) for one in yen if one is not None} | {
        day_gram(at.astimezone(JST).date()) for at in days if at is not None
    }


def amount_gram(yen: int) -> str:
    """The gram of an amount in yen."""
    return f"¥{yen}"


def day_gram(day: date) -> str:
    """The gram of a day in Japan."""
    return f"@{day.isoformat()}"


def _said_of(session: Session, keys: Sequence[str]) -> Mapping[str, list[str]]:
    """What verified callbacks say of these orders in words and codes."""
    query = select(Callback.order_key, Callback.body).where(
        col(Callback.order_key).in_(keys),
        # Wrapped: nearly every callback is verified, and the index of verdicts comes sorted.
        func.coalesce(Callback.verdict, "") == Verdict.VERIFIED,
        func.nullif(Callback.copy_of, "").is_(None),
    )
    said: dict[str, list[str]] = {}
    for key, body in session.exec(query.order_by(col(Callback.id).desc())):
        texts = said.setdefault(key or "", [])
        if len(texts) < CALLBACKS_READ * len(_SAID):
            values = read_result(body).values
            texts += (values.get(name, "") for name in _SAID)
    return said
