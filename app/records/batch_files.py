"""The files that batches were made from, and which of them need not be kept any longer."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from app.records.batches import Batch, BatchItem, BatchState

_HAS_FILE = or_(col(Batch.source).is_not(None), col(Batch.screen).is_not(None))


def files_beyond(session: Session, before: datetime, size: int) -> Sequence[str]:
    """The batches whose files were given before this moment, or are beyond so many bytes, the
    newest counted first. Not those of which a case speaks, and none that is yet to be read."""
    length = func.coalesce(func.length(Batch.source), 0) + func.coalesce(
        func.length(Batch.screen), 0
    )
    of_case = select(BatchItem.batch_key).where(col(BatchItem.case_key).is_not(None))
    query = (
        select(Batch.id, Batch.created_at, length)
        .where(_HAS_FILE, Batch.state != BatchState.CHECKING, col(Batch.id).not_in(of_case))
        .order_by(col(Batch.id).desc())
    )
    found: list[str] = []
    total = 0
    for key, created_at, bytes_kept in session.exec(query):
        total += bytes_kept
        if created_at < before or total > size:
            found.append(key)
    return found


def forget_files(session: Session, keys: Sequence[str]) -> int:
    """Forget the files of these batches; how many there were."""
    statement = update(Batch).where(col(Batch.id).in_(keys), _HAS_FILE)
    return session.connection().execute(statement.values(source=None, screen=None)).rowcount
