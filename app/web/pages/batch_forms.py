"""What the forms of lookups of many bring: which time, which columns, which words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from app.clock import now
from app.desk.batches.deeds import Meant
from app.desk.books.columns import Columns, Role
from app.desk.orders.search import day_of
from app.protocol.wire import JST
from app.protocol.words import N_, Words
from app.records.order_finding import midnight

Errors = Mapping[str, Words]

NO_DAY = N_("Write a day such as 2026-11-24.")
BOTH_DAYS = N_("Give the first day and the last, or neither.")
WRONG_WAY = N_("The last day is before the first.")

SCREEN = "screen-"
"""What stands before the names of fields that are about the gateway's own list."""


def span_errors(fields: Mapping[str, str]) -> Errors:
    """What is wrong with the days between which what was paid here is asked about too."""
    typed = {name: fields.get(name, "").strip() for name in ("paid-from", "paid-to")}
    days = {name: _day(text) for name, text in typed.items()}
    for name, text in typed.items():
        if text and days[name] is None:
            return {name: NO_DAY}
    first, last = days.values()
    if (first is None) != (last is None):
        return {"paid-from" if first is None else "paid-to": BOTH_DAYS}
    return {"paid-to": WRONG_WAY} if first and last and last < first else {}


def paid_span(fields: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    """From the beginning of the first day in Japan until the end of the last."""
    first, last = (_day(fields.get(name, "")) for name in ("paid-from", "paid-to"))
    if first is None or last is None:
        return None, None
    return midnight(first), midnight(last + timedelta(days=1))


def meant_by(fields: Mapping[str, str]) -> Meant:
    """What a person says that the columns and the statuses of a list mean."""
    words = {
        fields.get(f"said-{number}", ""): value == "paid"
        for name, value in fields.items()
        for number in [name.removeprefix("means-")]
        if name.startswith("means-") and value in ("paid", "unpaid")
    }
    has_screen = f"{SCREEN}{Role.ORDER_ID}" in fields
    return Meant(_columns(fields), _columns(fields, SCREEN) if has_screen else None, words)


def _columns(fields: Mapping[str, str], before: str = "") -> Columns:
    amount = _column(fields, before + Role.AMOUNT)
    return Columns(
        _column(fields, before + Role.ORDER_ID) or 0,
        amount,
        _column(fields, before + Role.TAX) if amount is not None else None,
        _column(fields, before + Role.STATUS),
        header=before + "header" in fields,
    )


def _column(fields: Mapping[str, str], name: str) -> int | None:
    value = fields.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else None


def _day(typed: str) -> date | None:
    return day_of(typed, now().astimezone(JST).date()) if typed.strip() else None
