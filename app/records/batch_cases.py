"""The lines of lists from which cases were opened."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.records.batches import WITHOUT_FILES, Batch, BatchItem
from app.records.cases import Case

_LINES = (
    select(BatchItem, Batch)
    .join(Batch, col(Batch.id) == BatchItem.batch_key)
    .options(*WITHOUT_FILES)
)


class Line(NamedTuple):
    """A line with its list, which comes without its files."""

    item: BatchItem
    batch: Batch


def line_of(session: Session, key: str) -> Line | None:
    """One line of a list."""
    found = session.exec(_LINES.where(BatchItem.id == key)).one_or_none()
    return Line(*found) if found else None


def give_case(session: Session, item_key: str, case_key: str) -> None:
    """A case was opened from this line."""
    mine = col(BatchItem.id) == item_key
    session.connection().execute(update(BatchItem).where(mine).values(case_key=case_key))


def lines_of_cases(session: Session, case_keys: Collection[str]) -> Sequence[Line]:
    """The lines from which these cases were opened."""
    query = _LINES.where(col(BatchItem.case_key).in_(case_keys)).order_by(col(BatchItem.id))
    return [Line(*found) for found in session.exec(query)] if case_keys else []


def case_names(session: Session, keys: Collection[str]) -> Mapping[str, Case]:
    """These cases, by their keys."""
    query = select(Case).where(col(Case.id).in_(keys))
    return {one.id: one for one in session.exec(query)} if keys else {}
