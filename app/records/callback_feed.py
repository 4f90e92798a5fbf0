"""The feed's questions to the table: what has arrived since, by key."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from app.records.callbacks import Callback


def keys_between(session: Session, above: str, upto: str, settled: str) -> Sequence[str]:
    """The keys of callbacks above one key and up to another, oldest first.

    Those not judged yet only up to `settled`: the others are about to be.
    """
    ripe = col(Callback.judged_at).is_not(None) | (col(Callback.id) <= settled)
    query = select(Callback.id).where(Callback.id > above, Callback.id <= upto, ripe)
    return session.exec(query.order_by(col(Callback.id))).all()


def number_between(session: Session, above: str, upto: str) -> int:
    """How many judged callbacks there are above one key and up to another."""
    query = select(func.count(col(Callback.id))).where(
        Callback.id > above, Callback.id <= upto, col(Callback.judged_at).is_not(None)
    )
    return session.exec(query).one()


def judged_among(session: Session, keys: Iterable[str]) -> Sequence[str]:
    """Those of these callbacks that have been judged."""
    query = select(Callback.id).where(
        col(Callback.id).in_(list(keys)), col(Callback.judged_at).is_not(None)
    )
    return session.exec(query).all()


def callbacks_by_key(session: Session, keys: Iterable[str]) -> dict[str, Callback]:
    """These callbacks without their bodies."""
    query = select(Callback).options(defer(Callback.body))  # type: ignore[arg-type]
    found = session.exec(query.where(col(Callback.id).in_(list(keys)))).all()
    return {callback.id: callback for callback in found}
