"""The lines of batches: whose turn it is, what they came to, and their sums."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, case, delete, func, update
from sqlalchemy.orm import Mapped, defer
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.protocol.messages import Call
from app.records.batches import Batch, BatchItem, ItemState
from app.records.database import Database
from app.records.exchanges import WAITING, Exchange
from app.records.shops import Environment

_WITHOUT_BODIES = tuple(
    defer(getattr(Exchange, body), raiseload=True) for body in ("request", "answer")
)
IS_ORDER = col(BatchItem.problem).is_(None)
_BEGAN = col(BatchItem.began_at)

SAY_NOTHING = ("not-asked", "no-answer")
"""Verdicts that are neither agreement nor disagreement."""


_UNDER_WAY = select(func.count()).where(
    Exchange.outcome == WAITING,
    Exchange.call == Call.SEARCH,
    # Wrapped so that the index of those that wait is used: they are few.
    func.coalesce(Exchange.environment, "") == bindparam("environment"),
)


def lookups_under_way(session: Session, environment: Environment) -> int:
    """How many lookups of an environment wait for their answer, whoever asked."""
    return session.exec(_UNDER_WAY, params={"environment": environment}).one()


_ASKED_BY_BATCHES = (
    select(func.count())
    .select_from(BatchItem)
    .join(Batch, col(Batch.id) == BatchItem.batch_key)
    .where(BatchItem.state == ItemState.ASKING, Batch.environment == bindparam("environment"))
)


def of_batches_under_way(session: Session, environment: Environment) -> int:
    """How many of them batches have asked."""
    return session.exec(_ASKED_BY_BATCHES, params={"environment": environment}).one()


_ANSWERED = (
    select(BatchItem, Exchange)
    .join(Exchange, col(Exchange.id) == BatchItem.exchange_key)
    .where(BatchItem.state == ItemState.ASKING, Exchange.outcome != WAITING)
    .where(func.coalesce(Exchange.environment, "") == bindparam("environment"))
    .with_for_update(of=BatchItem, skip_locked=True)
)


def answered_items(
    session: Session, environment: Environment
) -> Sequence[tuple[BatchItem, Exchange]]:
    """The lines whose exchange is over, locked, with it and its bodies. What becomes of them is
    written by `batch_turns.write_ended`."""
    found = session.exec(_ANSWERED, params={"environment": environment}).all()
    for item, _ in found:
        session.expunge(item)
    return found


def has_open_items(session: Session, batch_key: str) -> bool:
    """Whether any line of a batch waits for its turn or its answer."""
    query = select(BatchItem.id).where(
        BatchItem.batch_key == batch_key,
        col(BatchItem.state).in_((ItemState.WAITING, ItemState.ASKING)),
    )
    return session.exec(query.limit(1)).first() is not None


Span = tuple[datetime | None, datetime | None]
"""After the first moment, and not after the second; None: however early or late."""

EVER: Span = (None, None)


def rows_of(
    session: Session,
    batch_key: str,
    verdicts: Sequence[str],
    *,
    began: Span = EVER,
    offset: int = 0,
    limit: int | None = None,
) -> Sequence[BatchItem]:
    """The orders of a batch that have one of these verdicts, in the order of the verdicts.

    `began`: those whose disagreement began then.
    """
    rank = case({one: at for at, one in enumerate(verdicts)}, value=col(BatchItem.verdict))
    query = _orders(batch_key).where(col(BatchItem.verdict).in_(verdicts), *began_in(began))
    query = query.order_by(rank, col(BatchItem.line)).offset(offset)
    return session.exec(query.limit(limit) if limit else query).all()


def lines_after(session: Session, batch_key: str, line: int, limit: int) -> Sequence[BatchItem]:
    """The lines of a list behind this one, in its order."""
    query = select(BatchItem).where(BatchItem.batch_key == batch_key, BatchItem.line > line)
    return session.exec(query.order_by(col(BatchItem.line)).limit(limit)).all()


def left_out(session: Session, batch_key: str, limit: int) -> Sequence[BatchItem]:
    """The lines that are not asked about, in the order of the list."""
    query = select(BatchItem).where(BatchItem.batch_key == batch_key, ~IS_ORDER)
    return session.exec(query.order_by(col(BatchItem.line)).limit(limit)).all()


def lookups_since(
    session: Session, environment: Environment, since: datetime
) -> Sequence[Exchange]:
    """The lookups of an environment asked since then, oldest first, without their bodies."""
    query = (
        select(Exchange)
        .where(
            Exchange.environment == environment,
            Exchange.call == Call.SEARCH,
            Exchange.asked_at >= since,
        )
        .options(*_WITHOUT_BODIES)
    )
    return session.exec(query.order_by(col(Exchange.id))).all()


FORGOTTEN_AT_ONCE = 2000


def forget_some_items(database: Database, batch_key: str) -> int:
    """Forget some of what was judged of a list, before it is judged anew; how many."""
    some = select(BatchItem.id).where(BatchItem.batch_key == batch_key).limit(FORGOTTEN_AT_ONCE)
    with database.writing() as session:
        return (
            session.connection().execute(delete(BatchItem).where(col(BatchItem.id).in_(some)))
        ).rowcount


def leave_out_waiting(session: Session, batch_key: str, why: str) -> None:
    """Whatever waits for its turn never gets it."""
    waiting = (col(BatchItem.batch_key) == batch_key) & (col(BatchItem.state) == ItemState.WAITING)
    session.connection().execute(
        update(BatchItem).where(waiting).values(state=ItemState.LEFT_OUT, why=why)
    )


def anything_under_way(session: Session) -> Sequence[Environment]:
    """The environments in which a batch has asked and not taken in the answer."""
    query = (
        select(Batch.environment)
        .join(BatchItem, col(BatchItem.batch_key) == Batch.id)
        .where(BatchItem.state == ItemState.ASKING)
        .distinct()
    )
    return [Environment(one) for one in session.exec(query)]


def _orders(batch_key: str) -> SelectOfScalar[BatchItem]:
    return select(BatchItem).where(BatchItem.batch_key == batch_key, IS_ORDER)


def began_in(span: Span, when: Mapped[datetime | None] = _BEGAN) -> Iterator[ColumnElement[bool]]:
    after, until = span
    if after or until:
        yield when.is_not(None)
    if after:
        yield when > after
    if until:
        yield when <= until
