"""What to tell the customer: a draft by the case's kind and how its money stands.

It says nothing that is not known, and gives no reason from inside. It is made of pieces: how it
begins (by kind), what is the case (by state), how it ends. An administrator may put other words in
the place of each. The desk sends nothing: a person copies the text, and keeps it as it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session

from app.clock import now
from app.desk.audit import record_action
from app.desk.cases.deeds import CaseRefused
from app.desk.cases.refund_values import confirmed_yen
from app.desk.context import Actor, Desk
from app.protocol.statuses import FAILED
from app.protocol.time_words import whole_text
from app.protocol.words import LANGUAGES, N_, Sentence, say
from app.records.batch_cases import lines_of_cases
from app.records.cases import Case, CaseKind
from app.records.orders import Order
from app.records.refunds import Means, Refund, RefundState, refunds_of
from app.records.reply_templates import TEMPLATE_LENGTH, ReplyTemplate, templates_in
from app.records.shops import Shop


class Standing(StrEnum):
    """How the money stands, as a customer may be told."""

    CHECKING = "checking"
    PAID = "paid"
    NOT_PAID = "not-paid"
    PAID_TWICE = "paid-twice"
    PAID_BACK = "paid-back"


BEGINNING, END = "beginning", "end"

_BY_KIND: Mapping[CaseKind, str] = {
    CaseKind.STATUS_UNCLEAR: N_("Thank you for asking about your payment for the order {OrderID}."),
    CaseKind.REFUND: N_("Thank you for writing to us about a refund of the order {OrderID}."),
    CaseKind.PAID_NO_CALLBACK: N_(
        "We are sorry that the page did not show the result of your payment for the order"
        " {OrderID}."
    ),
    CaseKind.DOUBLE_PAYMENT: N_(
        "Thank you for telling us that you may have paid twice. It is about these orders:"
        " {OrderIDs}."
    ),
    CaseKind.AMOUNT: N_("Thank you for asking about the amount of the order {OrderID}."),
    CaseKind.TAMPERING: N_("Thank you for asking about your payment for the order {OrderID}."),
    CaseKind.ID_TROUBLE: N_(
        "We are sorry that you could not pay for the order {OrderID} with your ID. An ID has 16"
        " half-width characters, and capital and small letters are different. Please look closely"
        " at letters that are easily mistaken: the digit 0 and the letter O, the digit 1, the"
        " capital I and the small l. Please enter it once more without spaces."
    ),
}

_BY_STANDING: Mapping[Standing, str] = {
    Standing.CHECKING: N_(
        "We are checking with the payment company how it stands, and will write to you again as"
        " soon as we know. Please do not pay again until then."
    ),
    Standing.PAID: N_(
        "We have confirmed that we received your payment of {Amount} ({PaidAt}). There is nothing"
        " more for you to do."
    ),
    Standing.NOT_PAID: N_(
        "We have confirmed that this payment was not completed, so nothing has been paid to us for"
        " it. If you still wish to order, please start once more from our shop."
    ),
    Standing.PAID_TWICE: N_(
        "We have confirmed that we received more than one payment from you. We are preparing to"
        " pay back what was too much, and will write to you again about how."
    ),
    Standing.PAID_BACK: N_(
        "We have arranged for {RefundAmount} to be paid back to you ({Means}, reference"
        " {Reference}). It may take some days until it reaches you."
    ),
}

_FIXED: Mapping[str, str] = {
    BEGINNING: N_("Dear customer,"),
    END: N_("If anything is unclear, please tell us the number {OrderID}.\n\n{Shop}"),
}

PIECES: Mapping[str, str] = {
    BEGINNING: _FIXED[BEGINNING],
    **{f"kind-{kind}": text for kind, text in _BY_KIND.items()},
    **{f"state-{standing}": text for standing, text in _BY_STANDING.items()},
    END: _FIXED[END],
}
"""Every piece by its name, in our own words."""

FACTS = (
    *("OrderID", "OrderIDs", "Amount", "PaidAt"),
    *("RefundAmount", "Means", "Reference", "Shop"),
)
"""What may stand in braces in a piece."""

TO_CUSTOMERS: Mapping[Means, str] = {
    Means.BANK_TRANSFER: N_("by bank transfer"),
    Means.GIFT_REISSUE: N_("as a gift issued anew"),
    Means.CASH: N_("by registered mail"),
    Means.OTHER: N_("as we agreed"),
}

NO_SUCH_FACT = N_("There is nothing called %(name)s to be filled in. There are: %(facts)s.")
TOO_LONG = N_("This is too long: at most %(limit)s characters.")
_FACT = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class Draft:
    """What a customer could be told, in one language."""

    language: str
    text: str


def drafts_for(session: Session, case: Case, orders: Sequence[Order]) -> Sequence[Draft]:
    """A draft in each language."""
    refunds = [
        refund for refund in refunds_of(session, case.id) if refund.state is RefundState.APPROVED
    ]
    return [_draft(session, language, case, orders, refunds) for language in LANGUAGES]


def standing_of(kind: CaseKind, orders: Sequence[Order], refunds: Sequence[Refund]) -> Standing:
    """How the money of these orders stands. What is not proven is being checked."""
    if refunds:
        return Standing.PAID_BACK
    if any(order.conflict or order.money == "reported" for order in orders):
        return Standing.CHECKING
    paid = [order for order in orders if confirmed_yen(order)]
    known = [order for order in orders if order in paid or order.status in FAILED]
    if len(paid) > 1 and kind is CaseKind.DOUBLE_PAYMENT:
        return Standing.PAID_TWICE
    if not orders or len(known) < len(orders):
        return Standing.CHECKING
    return Standing.PAID if paid else Standing.NOT_PAID


def filled(text: str, facts: Mapping[str, str]) -> str:
    """A piece with the facts in the place of their names."""
    return _FACT.sub(lambda found: facts.get(found[1], found[0]), text)


def pieces_in(session: Session, language: str) -> Mapping[str, str]:
    """Every piece in one language, an administrator's words first."""
    written = templates_in(session, language)
    return {name: written.get(name) or say(language, ours) for name, ours in PIECES.items()}


def write_piece(desk: Desk, actor: Actor, name: str, language: str, text: str) -> None:
    """Put other words in the place of ours; none: ours again. Raises CaseRefused, KeyError."""
    if name not in PIECES or language not in LANGUAGES:
        raise KeyError(name)
    given = text.replace("\r\n", "\n").strip()
    if len(given) > TEMPLATE_LENGTH:
        raise CaseRefused({"Text": Sentence(TOO_LONG, {"limit": TEMPLATE_LENGTH})})
    for found in _FACT.findall(given):
        if found not in FACTS:
            known = ", ".join(f"{{{fact}}}" for fact in FACTS)
            words = Sentence(NO_SUCH_FACT, {"name": f"{{{found}}}", "facts": known})
            raise CaseRefused({"Text": words})
    with desk.database.writing() as session:
        kept = session.get(ReplyTemplate, (name, language))
        if kept and not given:
            session.delete(kept)
        elif given:
            row = kept or ReplyTemplate(
                name=name, language=language, text="", changed_by=actor.user_key
            )
            row.text, row.changed_by, row.changed_at = given, actor.user_key, now()
            session.add(row)
        record_action(session, actor, "reply-changed", subject=name, language=language)


def _draft(
    session: Session,
    language: str,
    case: Case,
    orders: Sequence[Order],
    refunds: Sequence[Refund],
) -> Draft:
    pieces = pieces_in(session, language)
    names = (
        *(BEGINNING, f"kind-{case.kind}"),
        *(f"state-{standing_of(case.kind, orders, refunds)}", END),
    )
    facts = _facts(session, language, orders, refunds) if orders else _of_lines(session, case)
    return Draft(language, "\n\n".join(filled(pieces[name], facts) for name in names))


def _of_lines(session: Session, case: Case) -> Mapping[str, str]:
    """What is known where no order is here: the number that a list has, and whose it would be."""
    items = [line.item for line in lines_of_cases(session, [case.id])]
    numbers = [item.order_id for item in items]
    shops = (session.get(Shop, item.shop_key) for item in items if item.shop_key)
    shop = next((one.name for one in shops if one), "")
    return {"OrderID": numbers[0], "OrderIDs": ", ".join(numbers), "Shop": shop} if items else {}


def _facts(
    session: Session, language: str, orders: Sequence[Order], refunds: Sequence[Refund]
) -> Mapping[str, str]:
    order = next((one for one in orders if confirmed_yen(one)), orders[0])
    facts = {
        "OrderID": order.order_id,
        "OrderIDs": ", ".join(one.order_id for one in orders),
        "Amount": f"¥{confirmed_yen(order):,}",
        "PaidAt": whole_text(language, order.status_at) if order.status_at else "",
        "Shop": session.get_one(Shop, order.shop_key).name,
    }
    if refunds:
        last = refunds[-1]
        facts["RefundAmount"] = f"¥{last.amount:,}"
        facts["Means"] = say(language, TO_CUSTOMERS[last.means])
        facts["Reference"] = last.payout_reference
    return facts
