"""Reading the filters of a list out of its address.

What is not understood is named, and then filters nothing: a list that silently showed more, or
less, than was asked for would be believed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import TypeVar

from starlette.datastructures import QueryParams

from app.clock import now
from app.desk.orders.search import amount_of, day_of
from app.protocol.wire import JST
from app.protocol.words import N_, Sentence
from app.records.order_finding import midnight

_NO_CHOICE = N_("“%(value)s” is not one of the choices of “%(name)s”. It filters nothing.")
_NO_DAY = N_("“%(value)s” is not a day such as 2026-11-24. “%(name)s” filters nothing.")
_NO_AMOUNT = N_("“%(value)s” is not an amount such as 2,530. “%(name)s” filters nothing.")
_NO_FILTER = N_("This list has no filter “%(name)s”. It filters nothing.")

T = TypeVar("T")


class FilterReader:
    """Reads one filter after the other; `problems` names by its name what was not understood."""

    def __init__(self, query: QueryParams) -> None:
        self.query = query
        self.at = now()
        self.today = self.at.astimezone(JST).date()
        self.problems: dict[str, Sentence] = {}

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
        """The moment at which a day begins in Japan."""
        day = self._day(name)
        return midnight(day) if day else None

    def end(self, name: str) -> datetime | None:
        """The moment at which a day is over in Japan."""
        day = self._day(name)
        return midnight(day + timedelta(days=1)) if day else None

    def _day(self, name: str) -> date | None:
        return self._read(name, lambda text: day_of(text, self.today), _NO_DAY)

    def _read(self, name: str, read: Callable[[str], T | None], message: str) -> T | None:
        text = self.query.get(name, "").strip()
        value = read(text) if text else None
        if text and value is None:
            self.problems[name] = Sentence(message, {"name": name, "value": text})
        return value
