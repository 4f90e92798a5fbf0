"""The search, the filters and the sorting of the list of orders, as its address names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from starlette.datastructures import QueryParams

from app.desk.callbacks.verification import Tag
from app.desk.orders.search import Meaning, Question, understand
from app.desk.status.unproven import quiet_since
from app.protocol.statuses import Status
from app.protocol.words import N_, Sentence
from app.records.order_lists import OrderFilter, SortBy
from app.records.orders import STATUS_GROUPS, UNKNOWN
from app.records.shops import Environment, Shop
from app.web.pages.filter_reader import FilterReader

ATTENTION = "attention"
STATUSES = (*Status, UNKNOWN)
CHOICES = {ATTENTION, *STATUS_GROUPS, *STATUSES}
"""What the status filter takes: one status, several under one name, or what needs a person."""

FILTERS = (
    *("status", "shop", "tag", "from", "to"),
    *("paid-from", "paid-to", "amount-from", "amount-to"),
)
_BESIDES = ("env", "q", "as", "sort", "sums", "columns", "before", "after")

_NO_SORT = N_("“%(value)s” is nothing this list can be sorted by. The newest come first.")


@dataclass(frozen=True)
class Asked:
    """What an address asks of the list of orders.

    `typed` are the filters as they stand in the address, `days` those that are days, understood;
    `problems` names those that were not understood, by the name in the address. `at`: when it was
    read.
    """

    at: datetime
    question: Question
    wanted: OrderFilter
    typed: Mapping[str, str]
    days: Mapping[str, date]
    problems: Mapping[str, Sentence]

    @property
    def filtered(self) -> bool:
        """Whether the list may leave anything out."""
        return bool(self.typed or self.question.words)


def read_filters(query: QueryParams, environment: Environment, shops: Iterable[Shop]) -> Asked:
    """What the address asks for, of one environment with these shops."""
    reader = FilterReader(query)
    reader.only(*FILTERS, *_BESIDES)
    meaning = reader.choice("as", [*Meaning])
    question = understand(query.get("q", ""), reader.today, Meaning(meaning) if meaning else None)
    wanted = _wanted(reader, question, environment, shops)
    typed = {name: value for name in FILTERS if (value := query.get(name, "").strip())}
    return Asked(reader.at, question, wanted, typed, reader.days, reader.problems)


def _wanted(
    reader: FilterReader, question: Question, environment: Environment, shops: Iterable[Shop]
) -> OrderFilter:
    status = reader.choice("status", sorted(CHOICES))
    sorts = [f"{minus}{one}" for one in SortBy for minus in ("", "-")]
    paid_from, paid_to = reader.beginning("paid-from"), reader.end("paid-to")
    # What was paid within a span is sorted by that: otherwise all of it is read for one page.
    usual = SortBy.PAID if paid_from or paid_to else SortBy.CREATED
    sort = reader.choice("sort", sorts, _NO_SORT) or f"-{usual}"
    shop_keys = {name: shop.id for shop in shops for name in (shop.id, shop.shop_id)}
    chosen = reader.choice("shop", shop_keys)
    return OrderFilter(
        environment,
        words=question.sought,
        status="" if status == ATTENTION else status,
        attention=quiet_since(reader.at) if status == ATTENTION else None,
        shop_key=shop_keys.get(chosen, ""),
        tag=reader.choice("tag", [*Tag]),
        made_from=reader.beginning("from"),
        made_to=reader.end("to"),
        paid_from=paid_from,
        paid_to=paid_to,
        yen_from=reader.amount("amount-from"),
        yen_to=reader.amount("amount-to"),
        sort=SortBy(sort.removeprefix("-")),
        descending=sort.startswith("-"),
    )
