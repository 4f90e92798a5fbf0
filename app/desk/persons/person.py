"""A person as we hold them: the orders that are theirs, and the words that name them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlmodel import Session, col, select

from app.desk.persons.words import Words, tells
from app.protocol.checkstring import Verdict
from app.protocol.reading import read_result
from app.records.book import customers_of, orders_of_customer
from app.records.callbacks import Callback
from app.records.cases import cases_about
from app.records.order_finding import Sought, among_found, newest_found
from app.records.orders import Order
from app.records.person_rows import cases_of_others_too, orders_named, unfiled_orders
from app.records.search_fold import squeezed, words
from app.records.shops import Environment

ORDERS_AT_ONCE = 200
"""The most orders that are one person's here. Whoever has more is found by a narrower word."""

COMMON = 20
"""A word that stands in more orders than this of others names nobody."""

FIELDS = ("ClientField1", "ClientField2", "ClientField3")


@dataclass(frozen=True)
class Person:
    """Somebody: their orders, and the words to look for in texts that are not theirs alone.

    `own_cases`: cases about these orders and nobody else's, their names by their keys.
    """

    orders: Sequence[Order]
    words: Words
    own_cases: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def keys(self) -> list[str]:
        """The keys of the orders."""
        return [order.id for order in self.orders]

    @cached_property
    def order_ids(self) -> set[str]:
        """Their OrderIDs."""
        return {order.order_id for order in self.orders}


@dataclass(frozen=True)
class Word:
    """A word of a person. `others`: how many orders besides say it too, at most COMMON + 1.

    `tells`: whether it can be looked for in texts that are not theirs alone.
    """

    text: str
    others: int
    tells: bool


@dataclass(frozen=True)
class Found:
    """What was found by a word: orders that it names, orders that have a word in common with
    these, and the words of the former. `more`: there are more than can be told here."""

    orders: Sequence[Order]
    alike: Sequence[Order]
    words: Sequence[Word]
    more: bool


def find(session: Session, typed: str) -> Found:
    """Whoever is known by this word: an OrderID, an AccessID, or what ClientField1 to 3 say."""
    found = (
        *orders_named(session, typed),
        *orders_of_customer(session, typed),
        *_said(session, typed),
    )
    orders = {order.id: order for order in found}
    more = len(orders) > ORDERS_AT_ONCE
    mine = list(orders.values())[:ORDERS_AT_ONCE]
    words, alike = [], {}
    for text in words_of(session, mine):
        others = [one for one in _saying_just(session, text) if one.id not in orders]
        word = Word(text, len(others), tells(text) and len(others) <= COMMON)
        words.append(word)
        if word.tells:
            alike.update({one.id: one for one in others})
    return Found(mine, list(alike.values()), words, more)


def person_of(session: Session, order_keys: Collection[str], words: Collection[str]) -> Person:
    """The person whose orders these are. `words`: those to look for elsewhere."""
    query = select(Order).where(col(Order.id).in_(list(order_keys)[:ORDERS_AT_ONCE]))
    orders = session.exec(query.order_by(col(Order.id))).all()
    known = words_of(session, orders)
    # Nobody's words but theirs: a form could ask to take any word out of everything.
    wanted = [word for word in known if word in words]
    keys = [order.id for order in orders]
    shared = cases_of_others_too(session, keys)
    own = {case.id: case.name for case in cases_about(session, keys) if case.id not in shared}
    return Person(orders, Words(wanted), own)


def words_of(session: Session, orders: Sequence[Order]) -> list[str]:
    """What these orders, and what verified results say of them, have in ClientField1 to 3."""
    found = [
        value.strip()
        for order in orders
        for value in (order.client_field1, order.client_field2, order.client_field3)
        if value
    ]
    found += (name.strip() for name in customers_of(session, orders))
    said = select(Callback.body).where(
        col(Callback.order_key).in_([order.id for order in orders]),
        Callback.verdict == Verdict.VERIFIED,
    )
    for body in session.exec(said):
        values = read_result(body).values
        found += (values.get(name, "").strip() for name in FIELDS)
    return list(dict.fromkeys(filter(None, found)))


def _said(session: Session, typed: str) -> Iterator[Order]:
    """The orders that say this in a field, as the search reads it; their own numbers apart."""
    sought = [Sought(text=word) for word in words(typed)]
    for order in _found(session, sought, ORDERS_AT_ONCE + 1) if sought else ():
        number = squeezed(order.order_id)
        if not all(word.text in number for word in sought):
            yield order


def _saying_just(session: Session, text: str) -> list[Order]:
    sought = [Sought(text=squeezed(text))]
    found = _found(session, sought, COMMON + ORDERS_AT_ONCE) if sought[0].text else []
    return [order for order in found if squeezed(text) in _fields(order)][: COMMON + 1]


def _fields(order: Order) -> list[str]:
    fields = (order.client_field1, order.client_field2, order.client_field3)
    return [squeezed(value or "") for value in fields]


def _found(session: Session, sought: Sequence[Sought], limit: int) -> list[Order]:
    dialect = session.get_bind().dialect.name
    found: list[Order] = []
    for environment in Environment:
        query = among_found(select(Order), dialect, environment, sought)
        newest = query.order_by(newest_found(dialect).desc()).limit(limit)
        found += session.exec(newest).all()
    known = {order.id for order in found}
    unfiled = unfiled_orders(session, [word.text for word in sought], limit)
    return [*found, *(order for order in unfiled if order.id not in known)]
