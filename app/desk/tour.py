"""The guided demonstration: eight steps over the real pages, each of which knows by the data
whether it has been done.

Only what people did counts: a sample history in the same shop is none of their doing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from app.protocol.checkstring import Verdict
from app.protocol.statuses import Status
from app.records.callbacks import Callback
from app.records.cases import Case, CaseEvent, Deed
from app.records.orders import DECRYPTED_LATER, Order, Source
from app.records.payment_links import has_payment_links
from app.records.shops import Environment

ENDED = {Status.PAYSUCCESS, Status.PAYFAIL, Status.EXPIRED}
"""No step goes on with an order that has come to its end."""

LOOKED_AT = 200
"""How many of the newest orders are looked at: a demonstration makes a handful."""


class Step(StrEnum):
    """What is shown, in the order in which it is shown."""

    CREATE = "create"
    PAY = "pay"
    VERIFIED = "verified"
    CANCEL = "cancel"
    TAMPER = "tamper"
    RECOVER = "recover"
    INVESTIGATE = "investigate"
    PRINT = "print"


class Phase(StrEnum):
    """What is to be done next for a step, or looked at once it has been done."""

    MAKE = "make"
    GO_ON = "go-on"
    ASK = "ask"
    SEE = "see"


@dataclass(frozen=True)
class Stop:
    """A step, what is to be done next for it, and where.

    `key`: of the record to go on with or to look at; None where one has yet to be made.
    """

    step: Step
    phase: Phase
    key: str | None = None

    @property
    def done(self) -> bool:
        """Nothing is left to do: what came of it can be looked at."""
        return self.phase is Phase.SEE


SUFFIXES = {Step.TAMPER: "-tamper", Step.RECOVER: "-silent"}
"""What the OrderID of these steps' orders ends with, so that the sandbox plays them so."""


def tour_of(session: Session) -> Sequence[Stop]:
    """The eight steps as they stand in the sandbox."""
    orders = _made_by_people(session)
    paid = _first(orders, lambda order: order.status == Status.PAYSUCCESS)
    cancelled = _first(orders, lambda order: order.status == Status.PAYFAIL)
    case = _newest_case(session)
    tampered = _newest_callback(session, orders, Verdict.MISMATCH)
    return (
        _stop(Step.CREATE, orders[0].id if orders else None),
        _stop(Step.PAY, paid, _open(orders, Step.PAY)),
        _stop(Step.VERIFIED, _newest_callback(session, orders, Verdict.VERIFIED)),
        _stop(Step.CANCEL, cancelled, _open(orders, Step.CANCEL)),
        _stop(Step.TAMPER, tampered, _open(orders, Step.TAMPER)),
        _recovery(session, orders),
        _stop(Step.INVESTIGATE, case, tampered),
        _stop(Step.PRINT, case if _was_printed(session) else None, case),
    )


def _stop(step: Step, done: str | None, begun: str | None = None) -> Stop:
    if done:
        return Stop(step, Phase.SEE, done)
    return Stop(step, Phase.GO_ON, begun) if begun else Stop(step, Phase.MAKE)


def _recovery(session: Session, orders: Sequence[Order]) -> Stop:
    """Paid by a lookup counts where no result has come; the tampered one is not lost."""
    asked = [o for o in orders if o.status == Status.PAYSUCCESS and o.source is Source.LOOKUP]
    heard_of = _with_callbacks(session, asked)
    recovered = _first(asked, lambda order: order.id not in heard_of)
    begun = _open(orders, Step.RECOVER)
    if begun and not recovered and has_payment_links(session, begun):
        return Stop(Step.RECOVER, Phase.ASK, begun)
    return _stop(Step.RECOVER, recovered, begun)


def _first(orders: Sequence[Order], fits: Callable[[Order], bool]) -> str | None:
    return next((order.id for order in orders if fits(order)), None)


def _open(orders: Sequence[Order], step: Step) -> str | None:
    """The newest order that a step can go on with: one of its scenario, else one of none."""
    suffix = SUFFIXES.get(step)
    others = tuple(SUFFIXES.values())

    def fits(order: Order) -> bool:
        own = order.order_id.endswith(suffix or others)
        return order.status not in ENDED and own == bool(suffix)

    return _first(orders, fits)


def _made_by_people(session: Session) -> Sequence[Order]:
    query = select(Order).where(
        Order.environment == Environment.SANDBOX, col(Order.created_by).is_not(None)
    )
    newest = query.order_by(col(Order.id).desc()).limit(LOOKED_AT)
    return session.exec(newest.options(*DECRYPTED_LATER)).all()


def _newest_callback(session: Session, orders: Sequence[Order], verdict: Verdict) -> str | None:
    keys = [order.id for order in orders]
    query = select(Callback.id).where(
        col(Callback.order_key).in_(keys), Callback.verdict == verdict
    )
    return session.exec(query.order_by(col(Callback.id).desc()).limit(1)).first()


def _with_callbacks(session: Session, orders: Sequence[Order]) -> set[str | None]:
    """The keys of those orders of which at least one result has come."""
    keys = [order.id for order in orders]
    return set(session.exec(select(Callback.order_key).where(col(Callback.order_key).in_(keys))))


def _newest_case(session: Session) -> str | None:
    query = select(Case.id).where(Case.environment == Environment.SANDBOX)
    return session.exec(query.order_by(col(Case.id).desc()).limit(1)).first()


def _was_printed(session: Session) -> bool:
    newest = select(Case.id).where(Case.environment == Environment.SANDBOX)
    keys = session.exec(newest.order_by(col(Case.id).desc()).limit(LOOKED_AT)).all()
    printed = select(CaseEvent.id).where(
        col(CaseEvent.case_key).in_(keys), CaseEvent.deed == Deed.PRINTED
    )
    return session.exec(printed.limit(1)).first() is not None
