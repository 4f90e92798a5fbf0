"""An order in a few lines, to be copied into a chat or a ticket. No secret, and nobody's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from app.protocol.statuses import Status
from app.protocol.time_words import whole_text
from app.protocol.words import LANGUAGES, N_, say, translation
from app.records.orders import Order
from app.records.shops import Shop
from app.web.presentation import formats, labels, marks

PLAIN, MARKDOWN = N_("Plain text"), N_("Markdown")

_LINES = {
    "status": N_("Status"),
    "amount": N_("Amount with tax"),
    "shop": N_("Shop"),
}
_NO_AMOUNT = N_("amount not known here")
_SAID = N_("%(amount)s, says the gateway")
_CONFLICT = N_("The sources disagree: it is being looked into.")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~@-])")


class Copyable(NamedTuple):
    """A text to copy: in which language, for what, and what it says."""

    language: str
    kind: str
    text: str


def summaries(order: Order, shop: Shop, base_url: str, first: str) -> list[Copyable]:
    """The order in every language, `first` before others; each as plain text and as Markdown."""
    ordered = sorted(LANGUAGES, key=lambda language: language != first)
    return [
        Copyable(language, kind, write(language, order, shop, f"{base_url}/orders/{order.id}"))
        for language in ordered
        for kind, write in ((PLAIN, _plain), (MARKDOWN, _markdown))
    ]


def _plain(language: str, order: Order, shop: Shop, address: str) -> str:
    lines = [f"OrderID {order.order_id}"]
    lines += [f"{name}: {value}" for name, value in _values(language, order, shop).items()]
    return "\n".join([*lines, address])


def _markdown(language: str, order: Order, shop: Shop, address: str) -> str:
    values = {name: _escaped(value) for name, value in _values(language, order, shop).items()}
    lines = [f"**[OrderID {_escaped(order.order_id)}]({address})**", ""]
    return "\n".join([*lines, *(f"- {name}: {value}" for name, value in values.items())])


def _values(language: str, order: Order, shop: Shop) -> Mapping[str, str]:
    gettext = translation(language).gettext
    environment = say(language, marks.ENVIRONMENTS[shop.environment].label)
    values = {
        "status": _status(language, order),
        "amount": _amount(language, order),
        "shop": f"{shop.name} ({shop.shop_id}, {environment})",
    }
    return {gettext(_LINES[name]): value for name, value in values.items()}


def _status(language: str, order: Order) -> str:
    """The claim, who says so, and when: never more than is known."""
    said = [say(language, marks.held_mark(order).label)]
    if order.status in set(Status):
        said.append(order.status)
    if order.source:
        said.append(say(language, labels.basis(order.source, order.status)))
    if order.status_at:
        said.append(whole_text(language, order.status_at))
    if order.money:
        level = say(language, marks.MONEY[order.money].label)
        at = order.confirmed_at if order.money == "confirmed" else None
        said.append(f"{level} {whole_text(language, at)}" if at else level)
    if order.conflict:
        said.append(say(language, _CONFLICT))
    return " · ".join(said)


def _amount(language: str, order: Order) -> str:
    if order.total is not None:
        return formats.yen(order.total)
    if order.said_amount is None:
        return say(language, _NO_AMOUNT)
    said = formats.yen(order.said_amount + (order.said_tax or 0))
    return translation(language).gettext(_SAID) % {"amount": said}


def _escaped(text: str) -> str:
    """What outsiders or colleagues wrote is no Markdown, and calls nobody."""
    return _SPECIAL.sub(r"\\\1", text)
