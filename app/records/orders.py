"""Orders: one row a (shop, OrderID), with the claim we hold of its status."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Index, Insert, UniqueConstraint, bindparam
from sqlalchemy.orm import defer
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.protocol.statuses import FAILED, OPEN, Status
from app.records.columns import (
    Record,
    encrypted_text,
    enum_column,
    identifier,
    index_of_some,
    key,
    reference,
    reported_yen,
    timestamp,
)
from app.records.derived_columns import NOT_FILED, WATCHED, derived_columns
from app.records.public_rows import orders_index
from app.records.shops import Environment

UNKNOWN = "unknown"
"""The status of an order of which no source has spoken, or whose last word went unanswered."""

STATUS_GROUPS: dict[str, tuple[Status, ...]] = {"waiting": OPEN, "not-paid": FAILED}
"""What operators call several statuses together: still to be paid, and never to be."""


COUNTED_LENGTH = 80
"""Characters of `Order.counted`: two words, two sums and an hour."""


class Source(StrEnum):
    """Who says so: the answer to a call, a verified callback, or a lookup."""

    ENTRY = "entry"
    EXEC = "exec"
    CALLBACK = "callback"
    LOOKUP = "lookup"


class Origin(StrEnum):
    """How we met the order."""

    CREATED = "created"
    LOOKUP = "lookup"
    CALLBACK = "callback"


class Conflict(StrEnum):
    """Why sources disagree, so that a person has to settle it."""

    STATUS = "status"
    AMOUNT = "amount"
    LAGGING = "lagging"
    NEVER_EXECUTED = "never-executed"
    # Verified callbacks name an order that the gateway, asked, does not know.
    NOT_REGISTERED = "not-registered"
    FOREIGN = "foreign"


class Order(Record, table=True):
    """One order and the claim we hold: the last accepted change, of which `changes` says more.

    `amount` and `tax` are what we sent in yen, or of an order not made here what the shop's book
    says; `said_amount` and `said_tax` what the gateway's last lookup said. None: nobody knows.
    `filed`: with which fold the search knows it as it is; NOT_FILED or SPOKEN_OF where it does not.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("shop_key", "order_id"),
        Index("ix_orders_page", "environment", "id"),
        Index("ix_orders_number", "environment", "order_id"),
        Index("ix_orders_status", "environment", "status", "id"),
        # Only the few that may need a person: how many others there are costs nothing.
        index_of_some(
            "ix_orders_watched",
            [
                *("environment", "id", "conflict", "status", "source", "origin"),
                *("status_at", "unproven_at", "spoken_at", "double_payment"),
            ],
            WATCHED,
        ),
        orders_index(),
        *derived_columns(),
    )

    id: str = key()
    shop_key: str = reference("shops.id", index=False)
    environment: Environment = enum_column(Environment)
    order_id: str = identifier(27)
    origin: Origin = enum_column(Origin, Origin.CREATED)
    amount: int | None = None
    tax: int | None = None
    ret_url: str | None = Field(default=None, max_length=256)
    client_field1: str | None = Field(default=None, max_length=100)
    client_field2: str | None = Field(default=None, max_length=100)
    client_field3: str | None = Field(default=None, max_length=100)

    access_id: str | None = Field(default=None, index=True, max_length=32)
    access_pass: str | None = encrypted_text()
    token: str | None = encrypted_text()
    start_url: str | None = Field(default=None, max_length=256)

    status: str = Field(default=UNKNOWN, max_length=16)
    source: Source | None = enum_column(Source, None)
    status_at: datetime | None = timestamp()
    executed_at: datetime | None = timestamp()
    confirmed_at: datetime | None = timestamp()
    said_amount: int | None = reported_yen()
    said_tax: int | None = reported_yen()
    conflict: Conflict | None = enum_column(Conflict, None)
    conflict_at: datetime | None = timestamp()
    # How many results that prove nothing have named it while it was open, and when the last came.
    unproven_results: int = 0
    unproven_at: datetime | None = timestamp()
    # When the last lookup that was answered was asked, or a person said why not to ask.
    spoken_at: datetime | None = timestamp()

    # The call in flight. Set by a conditional update, so that two tabs never ask twice.
    open_exchange: str | None = Field(default=None, max_length=32)
    lookup_due_at: datetime | None = timestamp(index=True)
    filed: int = NOT_FILED
    # As what it is counted in `order_hours`; None: as nothing yet.
    counted: str | None = Field(default=None, max_length=COUNTED_LENGTH)
    # Another of its family was paid before: `open` until somebody has seen to it, then `seen`.
    double_payment: str | None = Field(default=None, max_length=4)
    case_closed_at: datetime | None = timestamp()  # what it is told after that reopens the case
    # Since when nothing here says whose it is: what comes later is kept without the person too.
    erased_at: datetime | None = timestamp()
    # One form makes one order, however often it is sent.
    form_key: str | None = Field(default=None, unique=True, max_length=64)
    created_by: str | None = reference("users.id", optional=True, index=False)
    created_at: datetime = timestamp(now)

    @property
    def is_by_book(self) -> bool:
        """Whether its amount is what the shop's own book says: we have sent none."""
        return self.origin is not Origin.CREATED and self.amount is not None

    @property
    def total(self) -> int | None:
        """Amount + Tax in yen as we sent them."""
        return None if self.amount is None else self.amount + (self.tax or 0)

    @property
    def money(self) -> str | None:
        """`confirmed`, `reported`, or None when the order is not paid as far as we know."""
        if self.status != Status.PAYSUCCESS:
            return None
        return "confirmed" if self.confirmed_at and not self.conflict else "reported"

    @property
    def known_by_callbacks_alone(self) -> bool:
        """Whether callbacks are all that speaks for it, whatever a person has said of that."""
        return self.origin is Origin.CALLBACK and self.status == UNKNOWN

    @property
    def first_met(self) -> bool:
        """Whether callbacks are all that speaks for it, and no person has settled what that means.

        The same in SQL: `is_first_met`.
        """
        return self.origin is Origin.CALLBACK and self.status_at is None


ORDERS: Any = Order.metadata.tables["orders"].c
"""The columns of an order, with those that the database works out by itself."""


def is_first_met() -> ColumnElement[bool]:
    """`Order.first_met`, for a query: no lookup and no person has given the order a claim yet."""
    return (col(Order.origin) == Origin.CALLBACK) & col(Order.status_at).is_(None)


def has_status(wanted: str) -> ColumnElement[bool]:
    """Whether an order has this status, or one of this group of them."""
    return col(Order.status).in_(STATUS_GROUPS.get(wanted, (wanted,)))


_BY_NUMBER = select(Order).where(
    Order.shop_key == bindparam("shop_key"), Order.order_id == bindparam("order_id")
)


def order_by_number(session: Session, shop_key: str, order_id: str) -> Order | None:
    """The order of this shop with this OrderID."""
    params = {"shop_key": shop_key, "order_id": order_id}
    return session.exec(_BY_NUMBER, params=params).one_or_none()


def erased_among(session: Session, order_ids: Collection[str]) -> set[str]:
    """Those of these OrderIDs of whose order nobody is to know any more whose it was."""
    query = select(Order.order_id).where(
        col(Order.order_id).in_(order_ids), col(Order.erased_at).is_not(None)
    )
    return set(session.exec(query))


def order_by_form(session: Session, form_key: str) -> Order | None:
    """The order that this very form has already made."""
    return session.exec(select(Order).where(Order.form_key == form_key)).one_or_none()


_LOCKED = (
    select(Order)
    .where(Order.id == bindparam("key"))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)


def locked_order(session: Session, order_key: str) -> Order | None:
    """The order as it is now; nobody else changes it before this transaction ends."""
    return session.exec(_LOCKED, params={"key": order_key}).one_or_none()


DECRYPTED_LATER = tuple(defer(getattr(Order, name)) for name in ("access_pass", "token"))
"""Decrypting costs as much as reading the row: for who reads many and needs none of it."""


Number = tuple[str, str]
"""What names an order for ever: the key of its shop, and its OrderID."""

_NUMBERED = (
    select(Order)
    .where(
        col(Order.shop_key).in_(bindparam("shops", expanding=True)),
        col(Order.order_id).in_(bindparam("order_ids", expanding=True)),
    )
    .order_by(col(Order.id))
    .options(*DECRYPTED_LATER)
    .with_for_update()
)


def locked_orders_numbered(session: Session, numbers: Collection[Number]) -> Mapping[Number, Order]:
    """Those of these orders that there are; nobody else changes them before the transaction ends.

    They are locked in the order of their keys, so that two processes cannot wait for each other.
    """
    if not numbers:
        return {}
    shops, order_ids = zip(*numbers, strict=True)
    params = {"shops": list(set(shops)), "order_ids": order_ids}
    found = session.exec(_NUMBERED, params=params).all()
    return {(order.shop_key, order.order_id): order for order in found}


def insert_orders_not_there(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make these orders. Another process may be making the same, and then one of each is made."""
    connection = session.connection()
    connection.execute(_insert_not_there(connection.dialect.name), rows)


@cache
def _insert_not_there(dialect: str) -> Insert:
    # Each database's own, imported for the one in use: a start pays for what it loads.
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(Order).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(Order).on_conflict_do_nothing()
