"""Callbacks that nobody has judged: found, counted, set aside and taken up again.

Who judges one holds its row's lock to the end of the transaction that writes the verdict. Nothing
else says that somebody is at it, so nothing is left behind by whoever dies at it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, tuple_, union_all
from sqlmodel import Session, col, select, update

from app.clock import now
from app.records.callbacks import RANKS, TROUBLE_LENGTH, Callback, awaits_judgement

Standing = tuple[int, str]
"""Where a callback stands among those that wait: its rank and its key."""


class Waiting(NamedTuple):
    """A callback that waits to be judged: its rank, its key, and the bytes of its body."""

    rank: int
    key: str
    size: int

    @property
    def standing(self) -> Standing:
        """Where it stands among the others."""
        return self.rank, self.key


def waiting_callbacks(
    session: Session, behind: Standing | None, below: str, limit: int
) -> Sequence[Waiting]:
    """Some with a key below this one: the likely genuine ones first, then the oldest."""
    place = (col(Callback.rank), col(Callback.id))
    query = select(Callback.rank, Callback.id, func.length(Callback.body))
    query = query.where(awaits_judgement(), col(Callback.id) < below)
    if behind:
        query = query.where(tuple_(*place) > behind)
    return [Waiting(*row) for row in session.exec(query.order_by(*place).limit(limit))]


def oldest_waiting(session: Session) -> str | None:
    """The key of the callback that has waited longest to be judged."""
    each = union_all(*(_OLDEST.where(awaits_judgement(rank)) for rank in RANKS)).subquery()
    oldest: str | None = session.exec(select(func.min(each.c.id))).one()
    return oldest


_OLDEST = select(func.min(Callback.id).label("id"))


def number_waiting(session: Session, limit: int) -> int:
    """How many wait to be judged, counted up to a limit."""
    return _number(session, limit, awaits_judgement())


def number_set_aside(session: Session, limit: int) -> int:
    """How many have been set aside, counted up to a limit."""
    return _number(session, limit, col(Callback.set_aside_at).is_not(None))


def note_failure(session: Session, key: str, trouble: str, tries: int) -> bool:
    """It could not be judged by its own fault, and this is why; whether that was once too often.

    After so many `tries` it is set aside.
    """
    table = update(Callback).where(col(Callback.id) == key, awaits_judgement())
    values = {"tries": col(Callback.tries) + 1, "trouble": trouble[:TROUBLE_LENGTH]}
    session.connection().execute(table.values(values))
    aside = table.where(col(Callback.tries) >= tries).values(set_aside_at=now())
    return session.connection().execute(aside).rowcount == 1


def take_up_again(session: Session, key: str) -> bool:
    """Let it be judged as if it had just come; False where it is judged already."""
    unjudged = update(Callback).where(col(Callback.id) == key, col(Callback.judged_at).is_(None))
    fresh = unjudged.values(tries=0, trouble=None, set_aside_at=None)
    return session.connection().execute(fresh).rowcount == 1


def take_up_all(session: Session, trouble: str) -> None:
    """The same of all that have been set aside for this reason."""
    aside = update(Callback).where(col(Callback.set_aside_at).is_not(None))
    aside = aside.where(col(Callback.trouble) == trouble)
    session.connection().execute(aside.values(tries=0, trouble=None, set_aside_at=None))


def _number(session: Session, limit: int, which: Any) -> int:
    some = select(Callback.id).where(which).limit(limit).subquery()
    return session.exec(select(func.count()).select_from(some)).one()
