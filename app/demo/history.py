"""Writing the history: which orders there were, and their rows, a batch at a time."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import chain, count, islice
from random import Random

from sqlalchemy import insert
from sqlmodel import Session, col, select

from app.clock import now
from app.demo.echoes import TABLES, Told, Written, written
from app.demo.order_history import NotYet, OrderHistory, Scene
from app.demo.sandbox_trades import enter_trades
from app.demo.storylines import STORIES, Story, any_story
from app.demo.times import openings
from app.demo.words import Purchase, purchase
from app.desk.shops.shops import SANDBOX_SHOP_ID
from app.main import open_desk
from app.records.accounts import AuditEntry
from app.records.audit_chain import chained
from app.records.columns import begins_with
from app.records.database import Database
from app.records.keys import key_at
from app.records.orders import Order
from app.records.shops import shop_by_id
from app.settings import Settings

UNDER_WAY = timedelta(days=3)
"""Within so long every story has come to its end: an older one can be told again."""

VARIANTS = 60
"""How often each story is told anew before it is told again."""

BATCH = 250
"""How many orders are written in one transaction: a desk at work waits behind it."""

_NUMBER = re.compile(r"A([0-9]{4,})(?:-[0-9]+)?")


class DemoRefused(Exception):
    """No history can be written. The message is the sentence to show."""


def write_history(
    settings: Settings,
    orders: int,
    seed: int | None = None,
    *,
    eventful: bool = False,
    present: datetime | None = None,
) -> int:
    """Write so many orders to the sandbox's shop, up to the present; how many were written.

    The same seed and `present` (now, where none is given) tell the same stories. Another present
    may tell others: customers come at their hours of the day, and a moment that passes from one
    hour into the next can be another's. `eventful` ones have more to them than in life, for
    measurements.

    Raises DemoRefused while the sandbox is off.
    """
    if not settings.sandbox_on:
        raise DemoRefused("SANDBOX is off, and a demonstration is written to its shop alone.")
    database = open_desk(settings).database
    try:
        with database.reading() as session:
            scene = _scene(session, settings, seed, present or now())
            number = _first_free(session, scene)
        past = _past(scene, orders, number, eventful=eventful)
        while batch := list(islice(past, BATCH)):
            # The gateway first: from then on it can be asked about what the desk holds.
            trades = [one.trade for one in batch if one.trade]
            enter_trades(settings.data_dir / "sandbox.db", trades)
            _write(database, batch)
        database.analyze()
    finally:
        database.close()
    return max(orders, 0)


def _scene(session: Session, settings: Settings, seed: int | None, present: datetime) -> Scene:
    shop = shop_by_id(session, SANDBOX_SHOP_ID)
    assert shop, "opening the desk registers the sandbox's shop"
    gateway_url = f"{settings.own_url}/sandbox"
    # Which history it is matters to nobody, so no cryptographic chance is needed.
    return Scene(shop, settings.base_url, gateway_url, present, Random(seed))  # noqa: S311  # nosec B311 # a made-up past


def _first_free(session: Session, scene: Scene) -> int:
    """The first number of a family that is not in use."""
    query = select(Order.order_id).where(
        Order.shop_key == scene.shop.id, begins_with(col(Order.order_id), "A")
    )
    used = (match for order_id in session.exec(query) if (match := _NUMBER.fullmatch(order_id)))
    return max((int(match[1]) for match in used), default=1000) + 1


def _past(scene: Scene, orders: int, number: int, *, eventful: bool) -> Iterator[Written]:
    stories = list(_choose(scene.random, orders, eventful=eventful))
    moments = openings(scene.random, len(stories), scene.now)
    teller = Teller(scene)
    for base, (story, again), opened in zip(count(number), stories, moments, strict=False):
        yield from teller.tell(f"A{base}", opened, story, again=again)


class Teller:
    """Tells each story anew so often, and after that again: of the last days always anew."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._told: dict[tuple[Story, bool], list[list[Told]]] = defaultdict(list)

    def tell(self, order_id: str, opened: datetime, story: Story, *, again: bool) -> list[Written]:
        """One order's past; with `again` also that of the second try, of the same for the same."""
        told = self._told[story, again]
        if opened < self._scene.now - UNDER_WAY and len(told) >= VARIANTS:
            return self._echo(order_id, opened, told)
        bought = purchase(self._scene.random)
        new = [self._anew(order_id, opened, story, bought)]
        if again:
            later = self._after(new[0])
            new.append(self._anew(f"{order_id}-1", later, STORIES["paid"], bought))
            opened = later
        if opened < self._scene.now - UNDER_WAY:
            shop = self._scene.shop
            told.append([Told(one, shop.shop_id, shop.password) for one in new])
        return new

    def _anew(self, order_id: str, opened: datetime, story: Story, bought: Purchase) -> Written:
        order = _order(self._scene, order_id, opened, bought)
        return written(_write_one(self._scene, order, story))

    def _echo(
        self, order_id: str, opened: datetime, told: Sequence[Sequence[Told]]
    ) -> list[Written]:
        random = self._scene.random
        first, *again = random.choice(told)  # nosec B311 # a made-up past
        echoed = [first.echo(order_id, opened, random)]
        for one in again:
            echoed.append(one.echo(f"{order_id}-1", self._after(echoed[0]), random))
        return echoed

    def _after(self, first: Written) -> datetime:
        later = first.ended + timedelta(seconds=self._scene.random.uniform(30, 300))
        return min(later, self._scene.now)


def _choose(random: Random, orders: int, *, eventful: bool) -> Iterator[tuple[Story, bool]]:
    """Stories for so many orders, each with whether a second order follows in its family.

    Each story once, since a demonstration shows them all, and then as often as in life.
    """
    left, each = orders, iter(STORIES.values())
    while left > 0:
        story = next(each, None) or any_story(random, eventful=eventful)
        again = story.again and left > 1
        left -= 2 if again else 1
        yield story, again


def _write_one(scene: Scene, order: Order, story: Story) -> OrderHistory:
    history = OrderHistory(scene, order, order.created_at)
    history.note("create", Amount=history.order.amount, Tax=history.order.tax)
    with suppress(NotYet):
        for step in story.steps:
            step(history)
    return history


def _order(scene: Scene, order_id: str, opened: datetime, bought: Purchase) -> Order:
    goods, name, amount, tax = bought
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


def _write(database: Database, batch: Sequence[Written]) -> None:
    with database.writing() as session:
        for table in TABLES:
            if values := list(chain.from_iterable(one.rows[table] for one in batch)):
                if table is AuditEntry:
                    values = chained(session, values)
                session.connection().execute(insert(table), values)
