"""The feed's questions to the table: what has arrived since, by key."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, func
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from app.records.callbacks import Callback

_BETWEEN = (
    select(Callback.id)
    .where(Callback.id > bindparam("above"), Callback.id <= bindparam("upto"))
    .where(col(Callback.judged_at).is_not(None) | (col(Callback.id) <= bindparam("ready_up_to")))
    .order_by(col(Callback.id))
)


def keys_between(session: Session, above: str, upto: str, ready_up_to: str) -> Sequence[str]:
    """The keys of callbacks above one key and up to another, oldest first.

    Those not processed yet only up to `ready_up_to`: the others are about to be.
    """
    params = {"above": above, "upto": upto, "ready_up_to": ready_up_to}
    return session.exec(_BETWEEN, params=params).all()


def number_between(session: Session, above: str, upto: str) -> int:
    """How many processed callbacks there are above one key and up to another."""
    query = select(func.count(col(Callback.id))).where(
        Callback.id > above, Callback.id <= upto, col(Callback.judged_at).is_not(None)
    )
    return session.exec(query).one()


def processed_among(session: Session, keys: Iterable[str]) -> Sequence[str]:
    """Those of these callbacks that have been processed."""
    query = select(Callback.id).where(
        col(Callback.id).in_(list(keys)), col(Callback.judged_at).is_not(None)
    )
    return session.exec(query).all()


_BY_KEY = (
    select(Callback)
    .options(defer(Callback.body))  # type: ignore[arg-type]
    .where(col(Callback.id).in_(bindparam("keys", expanding=True)))
)


def callbacks_by_key(session: Session, keys: Iterable[str]) -> dict[str, Callback]:
    """These callbacks without their bodies."""
    found = session.exec(_BY_KEY, params={"keys": list(keys)}).all()
    return {callback.id: callback for callback in found}


def without_body(callback: Callback) -> Callback:
    """A copy to keep: two thousand bodies of 64 KiB would be 128 MiB for as long as it is kept."""
    names = Callback.__table__.columns.keys()  # type: ignore[attr-defined]
    kept = {name: getattr(callback, name) for name in names if name != "body"}
    return Callback(body=b"", **kept)
