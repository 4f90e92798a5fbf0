"""What everything about a case is called: kinds, states, deeds, means, and what is to be done."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from markupsafe import Markup, escape

from app.desk.cases.case_view import NUMBER
from app.desk.cases.checklist import Item
from app.desk.cases.replies import BEGINNING, END, Standing
from app.protocol.statuses import FAILED
from app.protocol.words import N_
from app.records.cases import CaseKind, CaseState, Deed
from app.records.orders import UNKNOWN, Order
from app.records.refunds import Means, RefundState
from app.web.presentation.marks import Mark, Marks

KINDS: Mapping[CaseKind, str] = {
    CaseKind.STATUS_UNCLEAR: N_("Status unclear"),
    CaseKind.REFUND: N_("Refund request"),
    CaseKind.PAID_NO_CALLBACK: N_("Paid, but no callback"),
    CaseKind.DOUBLE_PAYMENT: N_("Double payment"),
    CaseKind.AMOUNT: N_("Amount in doubt"),
    CaseKind.TAMPERING: N_("Possible tampering"),
    CaseKind.ID_TROUBLE: N_("Trouble with an ID"),
}

DEEDS: Mapping[Deed, str] = {
    Deed.OPENED: N_("The case was opened"),
    Deed.ORDER_ADDED: N_("An order was added to the case"),
    Deed.NOTE: N_("A note was written"),
    Deed.ASSIGNED: N_("The case was assigned"),
    Deed.ATTACHED: N_("A file was attached"),
    Deed.REFUND_PROPOSED: N_("A refund was proposed"),
    Deed.REFUND_CHANGED: N_("The proposed refund was changed"),
    Deed.REFUND_APPROVED: N_("A refund was documented as paid out"),
    Deed.REFUND_REFUSED: N_("The proposed refund was refused"),
    Deed.REPLIED: N_("What the customer was told was kept"),
    Deed.DECIDED: N_("The decision was written down"),
    Deed.CLOSED: N_("The case was closed"),
    Deed.REOPENED: N_("The case was reopened"),
    Deed.PRINTED: N_("The evidence was opened for printing"),
}

MEANS: Mapping[Means, str] = {
    Means.BANK_TRANSFER: N_("Bank transfer"),
    Means.GIFT_REISSUE: N_("Gift reissued by its centre"),
    Means.CASH: N_("Cash or registered mail"),
    Means.OTHER: N_("Another way"),
}

ITEMS: Mapping[Item, str] = {
    Item.ASKED: N_("Ask the gateway about each order, now that there is a case"),
    Item.AGREED: N_("Have every source agree: no conflict is left"),
    Item.CONFIRMED: N_("Have the payment confirmed by a lookup"),
    Item.CALLBACK_VERIFIED: N_("Have a verified callback"),
    Item.CALLBACKS_EXPLAINED: N_("Have an answer to every result that proves nothing"),
    Item.BOTH_ORDERS: N_("Put both orders into this case"),
    Item.BOTH_KNOWN: N_("Know of each order whether it is paid"),
    Item.TOLD_BY_CUSTOMER: N_("Keep what the customer says, as a note or a file"),
    Item.REFUND_PROPOSED: N_("Propose the refund"),
    Item.REFUND_DECIDED: N_("Have a second person decide on it"),
    Item.REPLIED: N_("Tell the customer, and keep the text as sent"),
    Item.DECIDED: N_("Write down the decision"),
}

LABELS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    CaseKind: KINDS,
    Deed: DEEDS,
    Means: MEANS,
    Item: ITEMS,
}

AUDITED: Mapping[str, str] = {f"case-{deed}": words for deed, words in DEEDS.items()}

STATES: Marks = {
    CaseState.OPEN: Mark(N_("In progress"), "circle-dashed", "wait"),
    CaseState.WAITING: Mark(N_("Waits for a second person"), "hourglass", "warn"),
    CaseState.DECIDED: Mark(N_("Decided"), "check", "good"),
    CaseState.CLOSED: Mark(N_("Closed"), "lock"),
}

REFUNDS: Marks = {
    RefundState.PROPOSED: Mark(N_("Proposed"), "hourglass", "warn"),
    RefundState.APPROVED: Mark(N_("Documented as paid out"), "circle-check", "good"),
    RefundState.REFUSED: Mark(N_("Refused"), "circle-x", "bad"),
}

DEED_ICONS: Mapping[Deed, str] = {
    Deed.OPENED: "plus",
    Deed.ORDER_ADDED: "receipt",
    Deed.NOTE: "pencil",
    Deed.ASSIGNED: "user",
    Deed.ATTACHED: "file-text",
    Deed.REFUND_PROPOSED: "cash",
    Deed.REFUND_CHANGED: "cash",
    Deed.REFUND_APPROVED: "circle-check",
    Deed.REFUND_REFUSED: "circle-x",
    Deed.REPLIED: "send",
    Deed.DECIDED: "check",
    Deed.CLOSED: "lock",
    Deed.REOPENED: "lock-open",
    Deed.PRINTED: "file-text",
}


STANDINGS: Mapping[Standing, str] = {
    Standing.CHECKING: N_("Being checked"),
    Standing.PAID: N_("Paid, confirmed"),
    Standing.NOT_PAID: N_("Not paid"),
    Standing.PAID_TWICE: N_("Paid twice"),
    Standing.PAID_BACK: N_("Paid back"),
}

PIECES: Mapping[str, str] = {
    BEGINNING: N_("How it begins"),
    END: N_("How it ends"),
    **{f"kind-{kind}": words for kind, words in KINDS.items()},
    **{f"state-{standing}": words for standing, words in STANDINGS.items()},
}


def playbook(order: Order) -> str:
    """What can be done about an order's money, by how it stands."""
    if order.conflict:
        return N_(
            "Sources disagree: settle the conflict first. Nothing can be refunded until then."
        )
    if order.money == "confirmed":
        return N_(
            "Paid and confirmed. It cannot be cancelled at the gateway: pay the money back"
            " elsewhere and document it here."
        )
    if order.money == "reported":
        return N_("Said to be paid. Ask the gateway first: only a lookup confirms the amount.")
    if order.status in FAILED:
        return N_("Not paid. There is nothing to refund; the customer may order again.")
    if order.status == UNKNOWN:
        return N_("Nobody knows yet. Ask the gateway first.")
    return N_("It can still be paid. Let it expire, or wait for the result, before anything else.")


def linked(text: str, orders: Mapping[str, str]) -> Markup:
    """A text in which each OrderID that is one of these is a link to its order."""
    parts, at = [], 0
    for found in NUMBER.finditer(text):
        if key := orders.get(found[0]):
            parts.append(escape(text[at : found.start()]))
            parts.append(Markup('<a href="/orders/{}"><code>{}</code></a>').format(key, found[0]))
            at = found.end()
    return Markup("").join([*parts, escape(text[at:])])
