"""Exchanges: every request to the gateway, committed before it leaves, and its answer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, bindparam, func
from sqlalchemy.orm import defer
from sqlmodel import Field, Session, col, select, update
from sqlmodel.sql.expression import SelectOfScalar

from app.clock import now
from app.protocol.messages import Call
from app.records.columns import (
    REASON_LENGTH,
    Record,
    begins_with,
    encrypted_bytes,
    enum_column,
    identifier,
    key,
    reference,
    reported_yen,
    timestamp,
)
from app.records.keys import first_key
from app.records.paging import Page, Place, page_of
from app.records.shops import Environment, Shop


class Purpose(StrEnum):
    """Who wanted it: a person, the confirmation of a reported payment, or a due re-check."""

    OPERATOR = "operator"
    CONFIRM = "confirm"
    RECHECK = "recheck"


WAITING = "waiting"
"""The outcome of an exchange whose answer has not come (yet)."""


class Exchange(Record, table=True):
    """One request to the gateway and what became of it.

    `outcome` is WAITING until the answer, then one of `app.gateway.Outcome`.
    `detail` is a secret-free word about a failure. `errors` are the ErrInfo codes, `|` between.
    `said_…` is what a lookup's answer said.
    """

    __tablename__ = "exchanges"
    __table_args__ = (
        # With what came of it, so that the calls of a day are counted from it alone.
        Index("ix_exchanges_page", "environment", "id", "outcome", "duration_ms"),
        Index("ix_exchanges_number", "environment", "order_id", "id"),
        # Read without the environment too: which of all wait.
        Index("ix_exchanges_outcome", "outcome", "environment", "id"),
    )

    id: str = key()
    shop_key: str = reference("shops.id", index=False)
    order_key: str | None = reference("orders.id", optional=True)
    environment: Environment = enum_column(Environment)
    call: Call = enum_column(Call)
    order_id: str = identifier(27)
    purpose: Purpose = enum_column(Purpose, Purpose.OPERATOR)
    reason: str | None = Field(default=None, max_length=REASON_LENGTH)
    asked_by: str | None = reference("users.id", optional=True, index=False)

    url: str = Field(max_length=300)
    request: bytes = encrypted_bytes()
    asked_at: datetime = timestamp(now)
    # The process that asked, so that a restart can tell which answers will never come.
    owner: str = Field(max_length=80)

    outcome: str = Field(default=WAITING, max_length=20)
    detail: str | None = Field(default=None, max_length=200)
    answered_at: datetime | None = timestamp()
    duration_ms: int | None = None
    http_status: int | None = None
    answer: bytes | None = encrypted_bytes()
    errors: str | None = Field(default=None, max_length=400)
    said_status: str | None = Field(default=None, max_length=16)
    said_amount: int | None = reported_yen()
    said_tax: int | None = reported_yen()
    said_at: datetime | None = timestamp()

    @property
    def error_codes(self) -> list[str]:
        """The ErrInfo codes of the answer, in order."""
        return self.errors.split("|") if self.errors else []


# Decrypting the bodies is most of what reading a row costs, and few need them.
_WITHOUT_BODIES = tuple(
    defer(getattr(Exchange, body), raiseload=True) for body in ("request", "answer")
)


def exchanges_of(session: Session, order_key: str) -> Sequence[Exchange]:
    """The exchanges of an order, oldest first."""
    query = select(Exchange).where(Exchange.order_key == order_key)
    return session.exec(query.order_by(col(Exchange.id))).all()


def exchanges_by_key(session: Session, keys: Collection[str]) -> Sequence[Exchange]:
    """These exchanges with their bodies, oldest first."""
    query = select(Exchange).where(col(Exchange.id).in_(keys)).order_by(col(Exchange.id))
    return session.exec(query).all() if keys else ()


_HISTORY = (
    select(Exchange)
    .where(Exchange.order_key == bindparam("order"))
    .order_by(col(Exchange.id))
    .options(*_WITHOUT_BODIES)
)


def history_of(session: Session, order_key: str) -> Sequence[Exchange]:
    """The exchanges of an order, oldest first, without their bodies."""
    return session.exec(_HISTORY, params={"order": order_key}).all()


# The environment says nothing that the shop does not, but the index begins with it.
_ABOUT = (
    col(Exchange.environment) == bindparam("of_environment"),
    col(Exchange.order_id) == bindparam("number"),
    col(Exchange.shop_key) == bindparam("of_shop"),
)
_LAST_LOOKUP = (
    select(Exchange)
    .where(*_ABOUT, Exchange.call == Call.SEARCH)
    .order_by(col(Exchange.id).desc())
    .limit(1)
    .options(*_WITHOUT_BODIES)
)


def last_lookup(session: Session, shop: Shop, order_id: str) -> Exchange | None:
    """The most recent lookup of one OrderID of a shop, answered or not, without its bodies."""
    return session.exec(_LAST_LOOKUP, params=_about(shop, order_id)).first()


def _about(shop: Shop, order_id: str) -> dict[str, str]:
    return {"of_environment": shop.environment, "number": order_id, "of_shop": shop.id}


_LOCKED = (
    select(Exchange)
    .where(Exchange.id == bindparam("key"))
    .options(*_WITHOUT_BODIES)
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)


def locked_exchange(session: Session, exchange_key: str) -> Exchange:
    """The exchange as it is now, without its bodies; nobody else completes it meanwhile."""
    return session.exec(_LOCKED, params={"key": exchange_key}).one()


def waiting_exchanges(session: Session) -> Sequence[Exchange]:
    """The exchanges whose answer has not come, oldest first, without their bodies."""
    query = select(Exchange).where(Exchange.outcome == WAITING).order_by(col(Exchange.id))
    return session.exec(query.options(*_WITHOUT_BODIES)).all()


def call_under_way(session: Session, exchange_key: str) -> Call | None:
    """Which call this exchange is, while its answer has not come."""
    query = select(Exchange.call).where(Exchange.id == exchange_key, Exchange.outcome == WAITING)
    call = session.exec(query).one_or_none()
    return None if call is None else Call(call)


_GIVE = (
    update(Exchange)
    .where(*_ABOUT, col(Exchange.order_key).is_(None))
    .values(order_key=bindparam("order"))
)


def give_to_order(session: Session, shop: Shop, order_id: str, order_key: str) -> None:
    """Let the exchanges that asked for a number before it was an order here belong to it."""
    params = _about(shop, order_id) | {"order": order_key}
    session.connection().execute(_GIVE, params)


@dataclass(frozen=True)
class ExchangeFilter:
    """Which exchanges of one environment a list shows. `text` is the beginning of an OrderID;
    `asked_to` is no longer in it.
    """

    environment: Environment
    text: str = ""
    call: str = ""
    outcome: str = ""
    asked_from: datetime | None = None
    asked_to: datetime | None = None


def exchanges_page(session: Session, wanted: ExchangeFilter, place: Place) -> Page[Exchange]:
    """One page of the exchanges wanted, newest first, without their bodies."""
    query = _wanted(wanted).options(*_WITHOUT_BODIES)
    return page_of(session, query, col(Exchange.id), place)


def number_of_exchanges(session: Session, wanted: ExchangeFilter, limit: int) -> int:
    """How many exchanges a list has; counted up to `limit`."""
    some = _wanted(wanted).with_only_columns(col(Exchange.id)).limit(limit).subquery()
    return session.exec(select(func.count()).select_from(some)).one()


def _wanted(wanted: ExchangeFilter) -> SelectOfScalar[Exchange]:
    query = select(Exchange).where(Exchange.environment == wanted.environment)
    if wanted.text:
        query = query.where(begins_with(col(Exchange.order_id), wanted.text))
    if wanted.call:
        query = query.where(Exchange.call == wanted.call)
    if wanted.outcome:
        query = query.where(Exchange.outcome == wanted.outcome)
    if wanted.asked_from:
        query = query.where(col(Exchange.id) >= first_key(wanted.asked_from))
    if wanted.asked_to:
        query = query.where(col(Exchange.id) < first_key(wanted.asked_to))
    return query


def latest_lookups(session: Session, environment: Environment, limit: int) -> Sequence[Exchange]:
    """The newest lookups of an environment, without their bodies."""
    query = select(Exchange).where(
        Exchange.environment == environment, Exchange.call == Call.SEARCH
    )
    newest = query.order_by(col(Exchange.id).desc()).limit(limit)
    return session.exec(newest.options(*_WITHOUT_BODIES)).all()


def outcomes_since(
    session: Session, environment: Environment, since: datetime, limit: int
) -> Sequence[tuple[str, int | None, datetime | None]]:
    """Outcome, duration in ms and time of answer of an environment's calls, newest first."""
    query = select(Exchange.outcome, Exchange.duration_ms, Exchange.answered_at).where(
        Exchange.environment == environment, col(Exchange.id) >= first_key(since)
    )
    return session.exec(query.order_by(col(Exchange.id).desc()).limit(limit)).all()
