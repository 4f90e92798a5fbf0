"""Reading the filters of a list out of its address.

What is not understood is named, and then filters nothing: a list that silently showed more, or
less, than was asked for would be believed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from starlette.datastructures import QueryParams
from starlette.requests import Request

from app.clock import now
from app.desk.orders.search import amount_of, day_of
from app.protocol.wire import JST
from app.protocol.words import N_, Sentence
from app.records.order_finding import midnight
from app.web.http.paging import address_with
from app.web.pages.day_spans import Span, days_of

_NO_CHOICE = N_("“%(value)s” is not one of the choices of “%(name)s”. It filters nothing.")
_NO_DAY = N_("“%(value)s” is not a day such as 2026-11-24. “%(name)s” filters nothing.")
_NO_AMOUNT = N_("“%(value)s” is not an amount such as 2,530. “%(name)s” filters nothing.")
_NO_FILTER = N_("This list has no filter “%(name)s”. It filters nothing.")

COUNTED = 5_001
"""Up to how many rows of a list of callbacks or exchanges are counted."""

T = TypeVar("T")


class FilterReader:
    """Reads one filter after the other; `problems` names by its name what was not understood.

    `days` holds the days that were understood, by the name of their filter.
    """

    def __init__(self, query: QueryParams) -> None:
        self.query = query
        self.at = now()
        self.today = self.at.astimezone(JST).date()
        self.problems: dict[str, Sentence] = {}
        self.days: dict[str, date] = {}

    def only(self, *names: str) -> None:
        """The address may hold nothing but these."""
        for name in self.query:
            if name not in names:
                self.problems[name] = Sentence(_NO_FILTER, {"name": name})

    def choice(self, name: str, choices: Collection[str], message: str = _NO_CHOICE) -> str:
        """One of the choices; empty where it names none."""
        return self._read(name, lambda text: text if text in choices else None, message) or ""

    def amount(self, name: str) -> int | None:
        """An amount in yen."""
        return self._read(name, amount_of, _NO_AMOUNT)

    def beginning(self, name: str) -> datetime | None:
        """The moment at which a day, or a span of days, begins in Japan."""
        day = self._day(name, first=True)
        return midnight(day) if day else None

    def end(self, name: str) -> datetime | None:
        """The moment at which a day, or a span of days, is over in Japan."""
        day = self._day(name, first=False)
        return midnight(day + timedelta(days=1)) if day else None

    def _day(self, name: str, *, first: bool) -> date | None:
        def read(text: str) -> date | None:
            if text in list(Span):
                return days_of(Span(text), self.today)[0 if first else 1]
            return day_of(text, self.today)

        day = self._read(name, read, _NO_DAY)
        if day:
            self.days[name] = day
        return day

    def _read(self, name: str, read: Callable[[str], T | None], message: str) -> T | None:
        text = self.query.get(name, "").strip()
        value = read(text) if text else None
        if text and value is None:
            self.problems[name] = Sentence(message, {"name": name, "value": text})
        return value


def reader_context(request: Request, reader: FilterReader) -> dict[str, Any]:
    """What the filters of a list need: what was typed and understood, and addresses beside it."""
    return {
        "typed": reader.query,
        "days": reader.days,
        "problems": reader.problems,
        "with_": lambda **values: address_with(request, **values),
    }
