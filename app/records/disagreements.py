"""Disagreements that stand: found by a list, settled by a later one or by a closed case."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, update
from sqlalchemy import select as several
from sqlmodel import Session, col, select

from app.records.batch_items import EVER, Span, began_in
from app.records.batches import WITHOUT_FILES, Batch, BatchItem
from app.records.cases import Case, CaseState
from app.records.orders import Order
from app.records.shops import Environment


class Disagreement(NamedTuple):
    """One row that stands: the line, its list, its order as the desk holds it now, its case."""

    item: BatchItem
    batch: Batch
    order: Order | None
    case: Case | None


def standing_disagreements(
    session: Session,
    environment: Environment,
    *,
    verdict: str = "",
    began: Span = EVER,
    offset: int = 0,
    limit: int,
) -> Sequence[Disagreement]:
    """The disagreements of an environment that nothing has settled, the oldest first.

    `verdict`: those alone that have it; `began`: those that began then.
    """
    query = (
        select(BatchItem, Batch, Order, Case)
        .join(Batch, col(Batch.id) == BatchItem.batch_key)
        .outerjoin(Order, col(Order.id) == BatchItem.order_key)
        .outerjoin(Case, col(Case.id) == BatchItem.case_key)
        .where(*_stands(environment), *began_in(began, col(BatchItem.stands_since)))
        .options(*WITHOUT_FILES)
    )
    if verdict:
        query = query.where(BatchItem.verdict == verdict)
    query = query.order_by(col(BatchItem.stands_since), col(BatchItem.id))
    found = session.exec(query.offset(offset).limit(limit))
    return [Disagreement(*row) for row in found]


def number_standing(
    session: Session, environment: Environment, spans: Sequence[Span]
) -> Mapping[tuple[str, int], int]:
    """How many stand, by verdict and by which of `spans` (the youngest first) they began in."""
    starts = [after for after, _ in spans if after is not None]
    place = case(
        *((col(BatchItem.stands_since) > after, at) for at, after in enumerate(starts)),
        else_=len(starts),
    )
    query = (
        several(col(BatchItem.verdict), place, func.count())
        .select_from(BatchItem)
        .join(Batch, col(Batch.id) == BatchItem.batch_key)
        .outerjoin(Case, col(Case.id) == BatchItem.case_key)
        .where(*_stands(environment))
        .group_by(col(BatchItem.verdict), place)
    )
    rows = session.connection().execute(query)
    return {(str(verdict), int(at)): int(number) for verdict, at, number in rows}


def take_over(session: Session, items: Sequence[BatchItem]) -> None:
    """The verdicts of these lines are the last word on their orders: no other list's stands any
    more. They themselves are written by whoever calls."""
    for shop_key in {item.shop_key for item in items}:
        mine = [item for item in items if item.shop_key == shop_key]
        others = (
            col(BatchItem.order_id).in_([item.order_id for item in mine])
            & (col(BatchItem.shop_key) == shop_key)
            & col(BatchItem.id).not_in([item.id for item in mine])
            & col(BatchItem.stands_since).is_not(None)
        )
        session.connection().execute(update(BatchItem).where(others).values(stands_since=None))
    for item in items:
        item.stands_since = item.began_at


def _stands(environment: Environment) -> Sequence[ColumnElement[bool]]:
    return (
        col(BatchItem.stands_since).is_not(None),
        # Wrapped so that one begins with those that disagree: they are few.
        func.coalesce(Batch.environment, "") == environment,
        col(Case.id).is_(None) | (col(Case.state) != CaseState.CLOSED),
    )
