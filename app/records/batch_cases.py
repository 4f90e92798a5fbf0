"""The lines of lists from which cases were opened."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.records.batches import WITHOUT_FILES, Batch, BatchItem
from app.records.cases import Case


def item_of(session: Session, key: str) -> BatchItem | None:
    """One line of a list."""
    return session.get(BatchItem, key)


def give_case(session: Session, item_key: str, case_key: str) -> None:
    """A case was opened from this line."""
    mine = col(BatchItem.id) == item_key
    session.connection().execute(update(BatchItem).where(mine).values(case_key=case_key))


def items_of_case(session: Session, case_key: str) -> Sequence[tuple[BatchItem, Batch]]:
    """The lines from which a case was opened, each with its list."""
    query = (
        select(BatchItem, Batch)
        .join(Batch, col(Batch.id) == BatchItem.batch_key)
        .where(BatchItem.case_key == case_key)
        .options(*WITHOUT_FILES)
    )
    return session.exec(query.order_by(col(BatchItem.id))).all()


def case_names(session: Session, keys: Collection[str]) -> Mapping[str, Case]:
    """These cases, by their keys."""
    query = select(Case).where(col(Case.id).in_(keys))
    return {one.id: one for one in session.exec(query)} if keys else {}
