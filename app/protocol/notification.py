"""A notification from the gateway's server to ours, read leniently and totally.

The methods of payment share one notification: most of its keys are empty, some are there twice, its
passwords are masked. It carries no CheckString, so nothing it says is proven.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol import fields as f
from app.protocol.fields import Field
from app.protocol.statuses import Status
from app.protocol.text import WINDOWS_31J
from app.protocol.wire import split_form


@dataclass(frozen=True)
class NotificationValues:
    """What a notification says, each value empty unless it has the shape this method gives it."""

    shop_id: str
    order_id: str
    status: str
    tran_date: str


def read_notification(raw: bytes) -> NotificationValues:
    """Read any bytes at all. Never raises. Of a key that is there twice, the first that says so."""
    values: dict[str, str] = {}
    for name, value in split_form(raw):
        if value:
            values.setdefault(_text(name).lower(), _text(value))
    status = values.get("status", "")
    return NotificationValues(
        shop_id=_shaped(f.SHOP_ID, values.get("shopid", "")),
        order_id=_shaped(f.ORDER_ID, values.get("orderid", "")),
        status=status if status in set(Status) else "",
        tran_date=_shaped(f.TRAN_DATE, values.get("trandate", "")),
    )


def _text(raw: bytes) -> str:
    return raw.decode(WINDOWS_31J, "replace")


def _shaped(field: Field, value: str) -> str:
    return value if value and not field.problems(value) else ""
