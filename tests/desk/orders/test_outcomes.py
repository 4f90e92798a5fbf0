"""What became of the orders, counted by Japan's hours and days, the same on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from app.desk.orders.outcomes import DAYS, outcomes
from app.records.database import Database
from app.records.keys import key_at
from app.records.orders import Order
from app.records.shops import Environment, Shop

AT = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)  # in Japan it is half past twelve
MIDNIGHT = datetime(2026, 11, 23, 15, tzinfo=UTC)
WEEK = timedelta(days=7)


def test_orders_are_counted_by_hour_and_day_and_beside_a_week_before(
    any_database: Database,
) -> None:
    just_before = MIDNIGHT - timedelta(seconds=1)
    with any_database.writing() as session:
        shop = Shop(shop_id="S", environment=Environment.TEST, name="", password="s")
        session.add(shop)
        session.flush()
        for number, (made, status, paid) in enumerate(
            [
                (MIDNIGHT, "PAYSUCCESS", MIDNIGHT),
                (MIDNIGHT, "PAYFAIL", None),
                (just_before, "PAYSUCCESS", AT),
                (AT, "REQSUCCESS", None),
                (AT, "unknown", None),
                (MIDNIGHT - WEEK, "EXPIRED", None),
                (just_before - WEEK, "PAYSUCCESS", just_before - WEEK),
            ]
        ):
            order = Order(
                id=key_at(made),
                shop_key=shop.id,
                environment=Environment.TEST,
                order_id=f"A{number}",
                amount=1000,
                status=status,
                status_at=paid or made,
                created_at=made,
            )
            session.add(order)
    with any_database.reading() as session:
        told = outcomes(session, Environment.TEST, AT)
        assert not any(slot.made for slot in outcomes(session, Environment.SANDBOX, AT).days)
    assert told.today == date(2026, 11, 24)
    by_hour = {slot.when: slot for slot in told.hours if slot.made or slot.payments or slot.before}
    assert [*by_hour] == [0, 12]
    first, noon = by_hour.values()
    assert (first.paid, first.not_paid, first.before, first.payments) == (1, 1, 1, 1)
    assert (noon.waiting, noon.unknown, noon.payments, noon.yen) == (1, 1, 1, 1000)
    assert len(told.days) == DAYS
    days = {slot.when: (slot.made, slot.before, slot.payments) for slot in told.days}
    assert days[date(2026, 11, 24)] == (4, 1, 2)
    assert days[date(2026, 11, 23)] == (1, 1, 0)
    assert days[date(2026, 11, 16)] == (1, 0, 1)
