"""What was typed into the form of a new transaction, made half-width where the protocol is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import ClassVar

from app.desk.orders.search import amount_of
from app.desk.orders.transactions import Draft
from app.protocol.text import composed, to_half_width


@dataclass(frozen=True)
class OrderForm:
    """The form's fields as text. Parameters carry the protocol's names.

    `shop_key` and `form_key` are ours; `correct` is the key of an order that the gateway has
    refused, whose values these are; `scenario` is a suffix that steers the sandbox; `ShopName`
    is typed by hand to create a payment in production.
    """

    CLIENT_FIELDS: ClassVar = ("ClientField1", "ClientField2", "ClientField3")

    shop_key: str = ""
    form_key: str = ""
    correct: str = ""
    OrderID: str = ""
    Amount: str = ""
    Tax: str = ""
    RetURL: str = ""
    ClientField1: str = ""
    ClientField2: str = ""
    ClientField3: str = ""
    scenario: str = ""
    ShopName: str = ""

    @classmethod
    def read(cls, form: Mapping[str, str]) -> OrderForm:
        """The fields of a form as they will be sent, so that whoever typed them sees it.

        OrderID in half-width, amounts as digits, spaces at the ends gone; in the client fields each
        kana in one piece.
        """
        raw = {field.name: form.get(field.name, "") for field in fields(cls)}
        raw["OrderID"] = to_half_width(raw["OrderID"].strip())
        for name in ("Amount", "Tax"):
            raw[name] = _digits(raw[name])
        for name in ("RetURL", "ShopName"):
            raw[name] = raw[name].strip()
        for name in cls.CLIENT_FIELDS:
            raw[name] = composed(raw[name])
        return cls(**raw)

    def with_number(self, order_id: str) -> OrderForm:
        """The same with another OrderID, which is already whole: no scenario adds to it."""
        return replace(self, OrderID=order_id, scenario="")

    def draft(self, suffix: str) -> Draft:
        """The order it asks for; `suffix` is added to its OrderID unless it ends so already."""
        order_id = self.OrderID
        if order_id and not order_id.endswith(suffix):
            order_id += suffix
        return Draft(
            shop_key=self.shop_key,
            form_key=self.form_key,
            OrderID=order_id,
            Amount=self.Amount,
            Tax=self.Tax,
            RetURL=self.RetURL,
            ClientField1=self.ClientField1,
            ClientField2=self.ClientField2,
            ClientField3=self.ClientField3,
        )


def _digits(typed: str) -> str:
    """An amount as people write it, with separators and its unit, as the protocol does; what is
    none, in half-width.
    """
    amount = amount_of("".join(typed.split()))
    return to_half_width(typed.strip()) if amount is None else str(amount)
