"""Verification: whether to believe a callback, and all that is found about it on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from sqlmodel import Session

from app.clock import now
from app.protocol.checkstring import Judgement, Verdict, judge, read_result, to_bytes
from app.protocol.error_catalogue import leaves_doubt
from app.protocol.fields import ORDER_ID
from app.protocol.statuses import Status
from app.protocol.wire import parse_jst_stamp
from app.records.callbacks import Callback
from app.records.orders import Number, Order
from app.records.shops import OurShops, Shop

UPPER_CASE = "upper-case"
"""The detail of a verified callback whose CheckString came in upper-case digits."""

_UNPLACED = (Verdict.UNKNOWN_SHOP, Verdict.MALFORMED)


class Tag(StrEnum):
    """What is remarkable about a callback besides its verdict."""

    CONFLICT = "conflict"
    UNKNOWN_ORDER = "unknown-order"
    DUPLICATE = "duplicate"
    LATE = "late"
    # No customer's browser brought it to us: the shop sent a copy, or it stood in a file.
    COPY = "copy"
    IMPORT = "import"
    EXTRA_PARAMETERS = "extra-parameters"
    REPEATED_PARAMETERS = "repeated-parameters"


@dataclass
class CheckedCallback:
    """`order` is the order the callback names, when it is ours.

    `said_before`: an open order of this callback had been told the same before.
    """

    callback: Callback
    judgement: Judgement
    shop: Shop | None
    order: Order | None = None
    said_before: bool = False
    tags: set[Tag] = field(default_factory=set)

    @property
    def verified(self) -> bool:
        """Whether it may move anything."""
        return self.judgement.verdict is Verdict.VERIFIED

    @property
    def doubted(self) -> bool:
        """Whether it reports a failure with a code under which money may have moved."""
        values = self.judgement.reading.values
        return values.get("Status") == Status.PAYFAIL and leaves_doubt(values)

    @cached_property
    def said_at(self) -> datetime:
        """Its TranDate. Only of one whose shape is right."""
        return parse_jst_stamp(self.judgement.reading.values["TranDate"])

    @property
    def shop_key(self) -> str:
        """The key of the shop of ours that it names; empty where it names none."""
        return self.shop.id if self.shop else ""

    @property
    def number(self) -> Number:
        """What names the order it speaks of: the key of its shop, and the OrderID."""
        return self.shop_key, self.order_id

    @cached_property
    def order_id(self) -> str:
        """The OrderID it names, believed or not; empty where it names none that can be one."""
        named = self.judgement.reading.values.get("OrderID", "")
        # No order has such a number, and PostgreSQL would not even look for one with a NUL.
        return "" if ORDER_ID.problems(named) else named


def read_and_verify(
    session: Session, ours: OurShops, callbacks: Iterable[Callback]
) -> list[CheckedCallback]:
    """Read these callbacks and give each its verdict. Nothing is written yet."""
    readings = [(callback, read_result(callback.body)) for callback in callbacks]
    named = {reading.values.get("ShopID", "") for _, reading in readings}
    shops = ours.named(session, named)
    passwords = {shop_id: to_bytes(shop.password) for shop_id, shop in shops.items()}
    return [
        CheckedCallback(
            callback, judge(reading, passwords.get), shops.get(reading.values.get("ShopID", ""))
        )
        for callback, reading in readings
    ]


def write_verdict(checked: CheckedCallback) -> None:
    """Put the verdict, and what was read for lists and searches, into the callback's row."""
    callback, judgement, values = (
        checked.callback,
        checked.judgement,
        checked.judgement.reading.values,
    )
    callback.judged_at = now()
    callback.verdict = judgement.verdict
    callback.detail = judgement.reading.malformed or (UPPER_CASE if judgement.upper_case else None)
    placed = checked.shop is not None and judgement.verdict not in _UNPLACED
    callback.environment = checked.shop.environment if checked.shop and placed else None
    callback.shop_id = _storable(values.get("ShopID"), 40)
    callback.order_id = _storable(values.get("OrderID"), 60)
    callback.status = _storable(values.get("Status"), 40)
    callback.tran_date = _storable(values.get("TranDate"), 40)


def _storable(value: str | None, length: int) -> str | None:
    """Text that any database takes: PostgreSQL has no NUL."""
    return None if value is None else value[:length].replace("\0", "\ufffd")
