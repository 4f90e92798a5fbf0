"""The guided demonstration: eight steps over the real pages, each of which knows by the data
whether it has been done.

Only what people did counts: a sample history in the same shop is none of their doing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from app.protocol.checkstring import Verdict
from app.protocol.statuses import Status
from app.records.callbacks import Callback
from app.records.cases import Case, CaseEvent, Deed
from app.records.orders import DECRYPTED_LATER, Order, Source
from app.records.shops import Environment

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


@dataclass(frozen=True)
class Stop:
    """A step, whether it has been done, and where its place is.

    `key`: of the record to look at, where there is one; else the place is a form.
    """

    step: Step
    done: bool
    key: str | None = None


def tour_of(session: Session) -> Sequence[Stop]:
    """The eight steps as they stand in the sandbox."""
    orders = _made_by_people(session)
    waiting = next((o.id for o in orders if o.status in (Status.REQSUCCESS, Status.PAYSTART)), None)
    paid = next((o.id for o in orders if o.status == Status.PAYSUCCESS), None)
    cancelled = next((o.id for o in orders if o.status == Status.PAYFAIL), None)
    recovered = next(
        (o.id for o in orders if o.status == Status.PAYSUCCESS and o.source is Source.LOOKUP), None
    )
    verified = _result(session, orders, Verdict.VERIFIED)
    tampered = _result(session, orders, Verdict.MISMATCH)
    case = _newest_case(session)
    newest = orders[0].id if orders else None
    return (
        Stop(Step.CREATE, bool(orders), newest),
        Stop(Step.PAY, paid is not None, paid or waiting or newest),
        Stop(Step.VERIFIED, verified is not None, verified),
        Stop(Step.CANCEL, cancelled is not None, cancelled),
        Stop(Step.TAMPER, tampered is not None, tampered),
        Stop(Step.RECOVER, recovered is not None, recovered),
        Stop(Step.INVESTIGATE, case is not None, case or tampered),
        Stop(Step.PRINT, _was_printed(session), case),
    )


def _made_by_people(session: Session) -> Sequence[Order]:
    query = select(Order).where(
        Order.environment == Environment.SANDBOX, col(Order.created_by).is_not(None)
    )
    newest = query.order_by(col(Order.id).desc()).limit(LOOKED_AT)
    return session.exec(newest.options(*DECRYPTED_LATER)).all()


def _result(session: Session, orders: Sequence[Order], verdict: Verdict) -> str | None:
    keys = [order.id for order in orders]
    query = select(Callback.id).where(
        col(Callback.order_key).in_(keys), Callback.verdict == verdict
    )
    return session.exec(query.order_by(col(Callback.id).desc()).limit(1)).first()


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
