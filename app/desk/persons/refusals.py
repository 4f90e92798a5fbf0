"""Why an order's person cannot be erased yet: whoever is to be paid back must be known."""

from __future__ import annotations

from sqlmodel import Session

from app.desk.status.groups import Standing, claim_of
from app.protocol.words import N_, Sentence, Words
from app.records.orders import Order
from app.records.person_rows import unfinished_cases

_ENDED = (Standing.NEVER_SENT, Standing.REGISTERED, Standing.PAID, Standing.FAILED)
"""In these nobody can be paying just now: nothing was sent, or it has come to an end."""

CALL_OPEN = N_("A call to the gateway is under way.")
SOURCES_DISAGREE = N_("Its sources disagree, and nobody has settled it.")
STILL_OPEN = N_("It can still be paid, or nobody knows whether it was.")
LOOKUP_DUE = N_("The desk is still to ask the gateway about it.")
IN_A_CASE = N_("The case %(name)s is about it, and is not closed.")
PAID_TWICE = N_("It may have been paid twice, and nobody has seen to it.")


def refusal(session: Session, order: Order) -> Words | None:
    """Why not yet; None where it may be erased."""
    if order.open_exchange is not None:
        return CALL_OPEN
    if order.conflict is not None:
        return SOURCES_DISAGREE
    if claim_of(order, {}).standing not in _ENDED:
        return STILL_OPEN
    if order.lookup_due_at is not None:
        return LOOKUP_DUE
    if order.double_payment == "open":
        return PAID_TWICE
    for case in unfinished_cases(session, order.id):
        return Sentence(IN_A_CASE, {"name": case.name})
    return None
