"""What is to be done in a case of each kind. An item knows by the data whether it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.desk.orders.order_view import OrderView
from app.protocol.checkstring import Verdict
from app.protocol.messages import Call
from app.records.attention import waits_for_word
from app.records.cases import Attachment, Case, CaseEvent, CaseKind, Deed
from app.records.orders import UNKNOWN
from app.records.refunds import Refund, RefundState


class Item(StrEnum):
    """One thing to do."""

    ASKED = "asked"
    AGREED = "agreed"
    CONFIRMED = "confirmed"
    CALLBACK_VERIFIED = "result-verified"
    CALLBACKS_EXPLAINED = "result-explained"
    BOTH_ORDERS = "both-orders"
    BOTH_KNOWN = "both-known"
    TOLD_BY_CUSTOMER = "told-by-customer"
    REFUND_PROPOSED = "refund-proposed"
    REFUND_DECIDED = "refund-decided"
    REPLIED = "replied"
    DECIDED = "decided"


@dataclass(frozen=True)
class Known:
    """What the items look at."""

    case: Case
    orders: Sequence[OrderView]
    events: Sequence[CaseEvent]
    files: Sequence[Attachment]
    refunds: Sequence[Refund]


Proof = str | None
"""The address of what proves that an item is done; None: it is not."""


@dataclass(frozen=True)
class Checked:
    """An item, and where the proof of it is; no proof: it is still to be done."""

    item: Item
    proof: Proof


def checklist(known: Known) -> Sequence[Checked]:
    """The items of this case's kind, in the order in which they are done."""
    return [Checked(item, _PROOFS[item](known)) for item in _ITEMS[known.case.kind]]


def _asked(known: Known) -> Proof:
    """Each order has been looked up, and answered for, since the case was opened."""
    proof = None
    for view in known.orders:
        lookups = [
            one.exchange.id
            for one in view.exchanges
            if one.exchange.call is Call.SEARCH
            and one.exchange.asked_at >= known.case.opened_at
            and (one.exchange.said_status or one.exchange.errors)
        ]
        if not lookups:
            return None
        proof = f"/lookups/{lookups[-1]}"
    return proof


def _agreed(known: Known) -> Proof:
    views = known.orders
    if any(view.order.conflict or not view.exchanges for view in views):
        return None
    return f"/orders/{views[0].order.id}#facts-title" if views else None


def _confirmed(known: Known) -> Proof:
    paid = [view.order for view in known.orders if view.order.money == "confirmed"]
    return f"/orders/{paid[0].id}" if paid else None


def _callback_verified(known: Known) -> Proof:
    for view in known.orders:
        for callback in view.callbacks:
            if callback.verdict == Verdict.VERIFIED:
                return f"/callbacks/{callback.id}"
    return None


def _callbacks_explained(known: Known) -> Proof:
    """What proves nothing has come, and of each order a lookup or a person has spoken since."""
    doubted = [
        callback.id
        for view in known.orders
        for callback in view.callbacks
        if callback.verdict and callback.verdict != Verdict.VERIFIED
    ]
    if not doubted or any(waits_for_word(view.order) for view in known.orders):
        return None
    return f"/callbacks/{doubted[-1]}"


def _both_orders(known: Known) -> Proof:
    return f"/orders/{known.orders[1].order.id}" if len(known.orders) > 1 else None


def _both_known(known: Known) -> Proof:
    """Of no order it is still open whether it is paid."""
    is_open = any(
        view.order.status == UNKNOWN or view.order.conflict or view.order.money == "reported"
        for view in known.orders
    )
    return None if is_open or not known.orders else f"/orders/{known.orders[-1].order.id}"


def _told(known: Known) -> Proof:
    """What the customer said is in the case: a note, or a file."""
    notes = [event.id for event in known.events if event.deed is Deed.NOTE]
    if notes:
        return f"#event-{notes[0]}"
    return "#files" if known.files else None


def _proposed(known: Known) -> Proof:
    return f"#refund-{known.refunds[0].id}" if known.refunds else None


def _refund_decided(known: Known) -> Proof:
    decided = [one for one in known.refunds if one.state is not RefundState.PROPOSED]
    if not decided or len(decided) < len(known.refunds):
        return None
    return f"#refund-{decided[-1].id}"


def _by_event(deed: Deed) -> Callable[[Known], Proof]:
    def proof(known: Known) -> Proof:
        done = [event.id for event in known.events if event.deed is deed]
        return f"#event-{done[-1]}" if done else None

    return proof


_PROOFS: Mapping[Item, Callable[[Known], Proof]] = {
    Item.ASKED: _asked,
    Item.AGREED: _agreed,
    Item.CONFIRMED: _confirmed,
    Item.CALLBACK_VERIFIED: _callback_verified,
    Item.CALLBACKS_EXPLAINED: _callbacks_explained,
    Item.BOTH_ORDERS: _both_orders,
    Item.BOTH_KNOWN: _both_known,
    Item.TOLD_BY_CUSTOMER: _told,
    Item.REFUND_PROPOSED: _proposed,
    Item.REFUND_DECIDED: _refund_decided,
    Item.REPLIED: _by_event(Deed.REPLIED),
    Item.DECIDED: _by_event(Deed.DECIDED),
}

_END = (Item.REPLIED, Item.DECIDED)
_ITEMS: Mapping[CaseKind, Sequence[Item]] = {
    CaseKind.STATUS_UNCLEAR: (Item.ASKED, Item.AGREED, Item.BOTH_KNOWN, *_END),
    CaseKind.REFUND: (
        *(Item.TOLD_BY_CUSTOMER, Item.ASKED, Item.CONFIRMED),
        *(Item.REFUND_PROPOSED, Item.REFUND_DECIDED),
        *_END,
    ),
    CaseKind.PAID_NO_CALLBACK: (Item.TOLD_BY_CUSTOMER, Item.ASKED, Item.CONFIRMED, *_END),
    CaseKind.DOUBLE_PAYMENT: (
        *(Item.BOTH_ORDERS, Item.ASKED, Item.BOTH_KNOWN),
        *(Item.REFUND_PROPOSED, Item.REFUND_DECIDED),
        *_END,
    ),
    CaseKind.AMOUNT: (Item.ASKED, Item.AGREED, Item.CONFIRMED, *_END),
    CaseKind.TAMPERING: (Item.CALLBACKS_EXPLAINED, Item.ASKED, Item.AGREED, *_END),
    CaseKind.ID_TROUBLE: (Item.TOLD_BY_CUSTOMER, Item.ASKED, Item.BOTH_KNOWN, *_END),
}
