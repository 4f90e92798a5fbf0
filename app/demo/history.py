"""Writing the history: which orders there were, and their rows, a batch at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import chain, count, islice
from operator import attrgetter
from random import Random

from sqlalchemy import insert
from sqlmodel import Session, SQLModel, col, select

from app.clock import now
from app.demo.order_history import NotYet, OrderHistory, Scene
from app.demo.sandbox_trades import enter_trades
from app.demo.storylines import STORIES, Story, any_story
from app.demo.times import openings
from app.demo.words import purchase
from app.desk.shops.shops import SANDBOX_SHOP_ID
from app.main import open_desk
from app.records.accounts import AuditEntry
from app.records.callbacks import Callback
from app.records.changes import Change
from app.records.columns import begins_with
from app.records.database import Database
from app.records.exchanges import Exchange
from app.records.keys import key_at
from app.records.orders import Order
from app.records.payment_links import PaymentLink
from app.records.shops import shop_by_id
from app.settings import Settings

BATCH = 250
"""How many orders are written in one transaction: a desk at work waits behind it."""

_NUMBER = re.compile(r"A([0-9]{4,})(?:-[0-9]+)?")


class DemoRefused(Exception):
    """No history can be written. The message is the sentence to show."""


def write_history(settings: Settings, orders: int) -> int:
    """Write so many orders to the sandbox's shop, up to the present; how many were written.

    Raises DemoRefused while the sandbox is off.
    """
    if not settings.sandbox_on:
        raise DemoRefused("SANDBOX is off, and a demonstration is written to its shop alone.")
    database = open_desk(settings).database
    try:
        with database.reading() as session:
            scene = _scene(session, settings)
            number = _first_free(session, scene)
        histories = _write_all(scene, orders, number)
        while batch := list(islice(histories, BATCH)):
            # The gateway first: from then on it can be asked about what the desk holds.
            trades = [history.trade for history in batch if history.trade]
            enter_trades(settings.data_dir / "sandbox.db", trades)
            _write(database, batch)
    finally:
        database.close()
    return max(orders, 0)


def _scene(session: Session, settings: Settings) -> Scene:
    shop = shop_by_id(session, SANDBOX_SHOP_ID)
    assert shop, "opening the desk registers the sandbox's shop"
    gateway_url = f"{settings.own_url}/sandbox"
    # Which history it is matters to nobody, so no cryptographic chance is needed.
    return Scene(shop, settings.base_url, gateway_url, now(), Random())  # noqa: S311


def _first_free(session: Session, scene: Scene) -> int:
    """The first number of a family that is not in use."""
    query = select(Order.order_id).where(
        Order.shop_key == scene.shop.id, begins_with(col(Order.order_id), "A")
    )
    used = (match for order_id in session.exec(query) if (match := _NUMBER.fullmatch(order_id)))
    return max((int(match[1]) for match in used), default=1000) + 1


def _write_all(scene: Scene, orders: int, number: int) -> Iterator[OrderHistory]:
    stories = list(_choose(scene.random, orders))
    moments = openings(scene.random, len(stories), scene.now)
    for base, (story, again), opened in zip(count(number), stories, moments, strict=False):
        first = _write_one(scene, f"A{base}", opened, story)
        yield first
        if again:
            later = first.clock + timedelta(seconds=scene.random.uniform(30, 300))
            yield _write_one(scene, f"A{base}-1", min(later, scene.now), STORIES["paid"])


def _choose(random: Random, orders: int) -> Iterator[tuple[Story, bool]]:
    """Stories for so many orders, each with whether a second order follows in its family.

    Each story once, since a demonstration shows them all, and then as often as in life.
    """
    left, each = orders, iter(STORIES.values())
    while left > 0:
        story = next(each, None) or any_story(random)
        again = story.again and left > 1
        left -= 2 if again else 1
        yield story, again


def _write_one(scene: Scene, order_id: str, opened: datetime, story: Story) -> OrderHistory:
    history = OrderHistory(scene, _order(scene, order_id, opened), opened)
    history.note("create", Amount=history.order.amount, Tax=history.order.tax)
    with suppress(NotYet):
        for step in story.steps:
            step(history)
    return history


def _order(scene: Scene, order_id: str, opened: datetime) -> Order:
    goods, name, amount, tax = purchase(scene.random)
    return Order(
        id=key_at(opened),
        shop_key=scene.shop.id,
        environment=scene.shop.environment,
        order_id=order_id,
        amount=amount,
        tax=tax or None,
        ret_url=f"{scene.base_url}/netcash/return",
        client_field1=goods,
        client_field2=name,
        created_at=opened,
    )


def _write(database: Database, batch: Sequence[OrderHistory]) -> None:
    """Insert the rows, table by table: what is referred to comes first."""
    tables: tuple[tuple[type[SQLModel], Iterable[SQLModel]], ...] = (
        (Order, (history.order for history in batch)),
        (Exchange, chain.from_iterable(history.exchanges for history in batch)),
        (Callback, chain.from_iterable(history.callbacks for history in batch)),
        (Change, chain.from_iterable(history.changes for history in batch)),
        (PaymentLink, chain.from_iterable(history.launches for history in batch)),
        (AuditEntry, chain.from_iterable(history.audit_entries for history in batch)),
    )
    with database.writing() as session:
        for table, rows in tables:
            names = list(table.model_fields)
            values = [dict(zip(names, attrgetter(*names)(row), strict=True)) for row in rows]
            if values:
                session.connection().execute(insert(table), values)
