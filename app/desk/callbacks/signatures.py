"""What our password signs: who reads it, and that it is recorded who did in production.

Anybody can bring us a result, so whoever reads the CheckString it should have had can forge it.
"""

from __future__ import annotations

from app.desk.audit import record_action
from app.desk.callbacks.callback_view import CallbackView
from app.desk.context import Actor, Desk
from app.desk.permissions import Permission, demand
from app.records.columns import REASON_LENGTH
from app.records.shops import Environment

REVEALED = "signature-revealed"


class WhyMissing(Exception):
    """A signature of production is shown to nobody who does not say why."""


def is_kept_back(view: CallbackView) -> bool:
    """Whether a CheckString was computed that did not come, with a password of production."""
    production = view.shop is not None and view.shop.environment is Environment.PRODUCTION
    return production and view.computed is not None and not has_come(view)


def has_come(view: CallbackView) -> bool:
    """Whether the CheckString that we have computed is the one that came: then it is no secret."""
    return view.computed == view.received.lower()


def reveal(desk: Desk, actor: Actor, view: CallbackView, reason: str) -> None:
    """Record that this person is shown it now, and why.

    Raises NotPermitted, FactorNeeded and WhyMissing.
    """
    demand(actor, Permission.REVEAL, Environment.PRODUCTION)
    given = reason.strip()[:REASON_LENGTH]
    if not given:
        raise WhyMissing
    order, values = view.order, view.reading.values
    with desk.database.writing() as session:
        record_action(
            session,
            actor,
            REVEALED,
            order_key=order.id if order else None,
            subject=values["OrderID"],
            ShopID=values["ShopID"],
            Status=values["Status"],
            reason=given,
        )
