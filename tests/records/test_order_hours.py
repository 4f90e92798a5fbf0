"""The sums kept by the hour are what counting the orders anew comes to, whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any

from sqlmodel import Session, select

from app.clock import now
from app.desk.orders.overview import midnight
from app.records import order_hours, statistics
from app.records.claims import move_locked
from app.records.database import Database
from app.records.derived_columns import TO_BE_COUNTED
from app.records.keys import key_at
from app.records.order_hours import OrderHour, count_anew, miscounted
from app.records.order_search import file_now, file_waiting
from app.records.orders import Conflict, Order, Source, locked_order
from app.records.purge import forget_sandbox
from app.records.shops import Environment
from app.records.statistics import Unit, counts_made, counts_paid, tallies
from tests.desk.callbacks.cast import a_shop

SANDBOX = Environment.SANDBOX
STATUSES = ("unknown", "REQSUCCESS", "PAYSUCCESS", "PAYSUCCESS", "PAYFAIL", "EXPIRED")
HOUR = timedelta(hours=1)


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Whoever asks within the block has to count anew."""
    kept, order_hours.WAITING_READ = order_hours.WAITING_READ, -1
    try:
        yield
    finally:
        order_hours.WAITING_READ = kept


def told(session: Session) -> list[Any]:
    """All that is asked of the sums, for the last three days."""
    until = midnight(now()) + 24 * HOUR
    since = until - 72 * HOUR
    asked: list[Any] = [sorted(tallies(session, SANDBOX, since))]
    for unit in Unit:
        asked.append(sorted(counts_made(session, SANDBOX, unit, since, until)))
        asked.append(sorted(counts_paid(session, SANDBOX, unit, since, until)))
    return asked


def agree(database: Database) -> None:
    with database.reading() as session:
        kept = told(session)
        with nothing_kept():
            assert told(session) == kept
    with database.reading() as session:
        assert miscounted(session) == 0


class Past:
    """Orders that are made, spoken of, filed and deleted by chance."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.random = database, Random(seed)
        with database.writing() as session:
            session.add(shop := a_shop())
            self.shop_key = shop.id
        self.made = 0

    def make(self, session: Session) -> None:
        self.made += 1
        at = now() - self.random.random() * 30 * HOUR
        amount = self.random.choice((None, 100, 2_530))
        number = f"A{self.made}"
        order = Order(shop_key=self.shop_key, environment=SANDBOX, order_id=number, amount=amount)
        order.id = key_at(at)
        session.add(order)
        session.flush()
        if self.random.random() < 0.3:
            file_now(session, order.id)

    def say(self, session: Session) -> None:
        keys = session.exec(select(Order.id)).all()
        order = locked_order(session, self.random.choice(keys)) if keys else None
        if order is None:
            return
        at = now() - self.random.random() * 20 * HOUR
        values = {
            "status": self.random.choice(STATUSES),
            "source": self.random.choice([*Source]),
            "status_at": at,
            "confirmed_at": self.random.choice((None, at)),
            "conflict": self.random.choice((None, None, Conflict.AMOUNT)),
            "said_amount": self.random.choice((None, 70)),
        }
        move_locked(session, order, values)

    def file(self, session: Session) -> None:
        file_waiting(session, self.random.randrange(1, 6))

    def forget(self, session: Session) -> None:
        if self.random.random() < 0.2:
            forget_sandbox(session)

    def go_on(self) -> None:
        deeds: list[Callable[[Session], None]] = [self.make, self.say, self.file, self.forget]
        (deed,) = self.random.choices(deeds, (4, 5, 3, 1))
        with self.database.writing() as session:
            deed(session)


def test_the_sums_are_what_the_orders_come_to_at_every_moment(any_database: Database) -> None:
    past = Past(any_database, seed=1)
    for _ in range(6):
        for _ in range(12):
            past.go_on()
        agree(any_database)
    with any_database.writing() as session:
        while file_waiting(session, 100):
            pass
    agree(any_database)


def test_an_order_that_waits_is_told_of_as_it_is(database: Database) -> None:
    past = Past(database, 1)
    with database.writing() as session:
        past.make(session)
        file_waiting(session, 10)
        order = session.exec(select(Order)).one()
        values = {"status": "PAYFAIL", "source": Source.EXEC, "status_at": now()}
        move_locked(session, order, values)
    with database.reading() as session:
        assert session.exec(select(Order.filed)).one() == TO_BE_COUNTED
        (count,) = session.exec(select(OrderHour)).all()
        assert count.what == "unknown"
        (tally,) = tallies(session, SANDBOX, midnight(now()) - 48 * HOUR)
        assert tally.status == "PAYFAIL"


def test_sums_that_are_wrong_are_noticed_and_counted_anew(database: Database) -> None:
    past = Past(database, 1)
    with database.writing() as session:
        past.make(session)
        file_waiting(session, 10)
        session.exec(select(OrderHour)).one().orders += 1
    with database.reading() as session:
        assert miscounted(session) == 1
    with database.writing() as session:
        assert count_anew(session) == 1
    with database.writing() as session:
        assert file_waiting(session, 10) == 1
    agree(database)


def test_an_order_that_has_changed_unmarked_is_noticed(database: Database) -> None:
    past = Past(database, 1)
    with database.writing() as session:
        past.make(session)
        file_waiting(session, 10)
        session.exec(select(Order)).one().status = "PAYFAIL"
    with database.reading() as session:
        assert miscounted(session) == 1


def test_the_days_of_the_sums_are_those_of_japan(database: Database) -> None:
    # 15:00 in UTC is midnight in Japan.
    assert statistics.Unit.DAY.named((24 * 20_000 + 14 + 9) // 24) == "2024-10-04"
    assert statistics.Unit.DAY.named((24 * 20_000 + 15 + 9) // 24) == "2024-10-05"
    assert statistics.Unit.HOUR.named(24 * 20_000 + 15 + 9) == "2024-10-05 00"
