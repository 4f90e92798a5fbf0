"""Free OrderIDs. One can never be used again, not even after a failure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from app.protocol.fields import ORDER_ID_LENGTH
from app.protocol.wire import JST
from app.records.families import base_of
from app.records.order_lists import numbers_like
from app.records.shops import Shop

# What stands behind the stem: a number, and perhaps what a scenario of the sandbox adds to it.
_USED = re.compile(r"([0-9]+)(?:-.*)?")
# What fits before a hyphen and two digits.
_ROOM = ORDER_ID_LENGTH - 3


def suggest_order_id(session: Session, shop: Shop, at: datetime) -> str:
    """A free OrderID by the shop's numbering rule: prefix, the day in Japan, sequence."""
    stem = f"{shop.order_prefix}{at.astimezone(JST):%Y%m%d}-"
    return f"{stem}{_next(numbers_like(session, shop.id, stem), stem):03}"


def next_number(session: Session, shop_key: str, order_id: str) -> str:
    """A free OrderID for another try of the same customer: A1001, A1001-1, A1001-2."""
    base = base_of(order_id)
    stem = f"{base[:_ROOM]}-"
    suffix = f"-{_next(numbers_like(session, shop_key, stem), stem)}"
    # A number that is long already loses its end.
    return base[: min(_ROOM, ORDER_ID_LENGTH - len(suffix))] + suffix


def _next(numbers: Iterable[str], stem: str) -> int:
    """One more than the highest number after the stem, whatever else stands behind that."""
    used = (_USED.fullmatch(number.removeprefix(stem)) for number in numbers)
    return max((int(match[1]) for match in used if match), default=0) + 1
