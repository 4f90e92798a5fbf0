"""A person's word that what is listed needs nobody any more. It is recorded, with its reason."""

from __future__ import annotations

from app.clock import now
from app.desk.audit import record_action
from app.desk.bursts import see_burst
from app.desk.context import Actor, Desk
from app.desk.permissions import Permission, demand
from app.desk.status.unproven import speak, unproven_of
from app.records.columns import REASON_LENGTH
from app.records.dropped_callbacks import see_losses, unseen_losses
from app.records.families import OPEN, SEEN
from app.records.orders import locked_order
from app.records.unproven_copies import COPIES_SEEN, standing_copy

UNPROVEN_DISMISSED = "unproven-dismissed"
LOSSES_SEEN = "losses-seen"
DOUBLE_PAYMENT_SEEN = "double-payment-seen"


class NoReason(Exception):
    """A word that is to be believed says why."""


def dismiss_unproven(desk: Desk, actor: Actor, order_key: str, reason: str) -> None:
    """Say why nobody need ask about the results of this order that prove nothing.

    Those that come later are listed again, once the gateway may be asked. Where nothing
    waits for a word, nothing happens. Raises NoReason, NotPermitted, and LookupError for an unknown
    order.
    """
    given = _given(reason)
    with desk.database.writing() as session:
        order = locked_order(session, order_key)
        if order is None:
            raise LookupError(order_key)
        demand(actor, Permission.ACT, order.environment)
        unproven = unproven_of(order)
        if unproven is None:
            return
        speak(order, now())
        session.add(order)
        record_action(
            session,
            actor,
            UNPROVEN_DISMISSED,
            order_key=order_key,
            subject=order.order_id,
            reason=given,
            results=unproven.number,
        )


def see_double_payment(desk: Desk, actor: Actor, order_key: str, reason: str) -> None:
    """Say what was done about this order having been paid after another of its family.

    Where nothing is open, nothing happens. Raises NoReason, NotPermitted, and LookupError for an
    unknown order.
    """
    given = _given(reason)
    with desk.database.writing() as session:
        order = locked_order(session, order_key)
        if order is None:
            raise LookupError(order_key)
        demand(actor, Permission.ACT, order.environment)
        if order.double_payment != OPEN:
            return
        order.double_payment = SEEN
        session.add(order)
        record_action(
            session,
            actor,
            DOUBLE_PAYMENT_SEEN,
            order_key=order_key,
            subject=order.order_id,
            reason=given,
        )


def dismiss_losses(desk: Desk, actor: Actor, reason: str) -> None:
    """Say what was done about the results that could not be stored so far. Raises NoReason."""
    given = _given(reason)
    with desk.database.writing() as session:
        number, _ = unseen_losses(session)
        if number:
            see_losses(session, now())
            record_action(session, actor, LOSSES_SEEN, reason=given, results=number)


def dismiss_copies(desk: Desk, actor: Actor, reason: str) -> None:
    """Say what came of the copies without proof that were judged so far. Raises NoReason."""
    given = _given(reason)
    with desk.database.writing() as session:
        if copy := standing_copy(session):
            subject = copy.order_id or ""
            record_action(session, actor, COPIES_SEEN, subject=subject, reason=given)


def dismiss_burst(desk: Desk, actor: Actor, reason: str) -> None:
    """Say what came of looking at a burst of refusals. Raises NoReason."""
    see_burst(desk.database, actor, _given(reason))


def _given(reason: str) -> str:
    given = reason.strip()[:REASON_LENGTH]
    if not given:
        raise NoReason
    return given
