"""The gateway's hours: counted once they are over, and never remembered while they may change."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, delete, select

from app.clock import now
from app.desk.orders.gateway_hours import HOUR, GatewayHour, GatewayHours
from app.gateway import Detail, Outcome
from app.protocol.messages import Call
from app.records.database import Database
from app.records.exchanges import WAITING, Exchange
from app.records.keys import key_at
from app.records.shops import Environment, Shop
from tests.desk.callbacks.cast import a_shop

SANDBOX = Environment.SANDBOX
AT = now().replace(minute=30)


@pytest.fixture
def session(database: Database) -> Any:
    with database.writing() as session:
        session.add(a_shop())
        session.flush()
        yield session


def asked(session: Session, at: datetime, outcome: str = Outcome.ANSWERED, **values: Any) -> str:
    shop_key = session.exec(select(Shop.id)).one()
    fixed: dict[str, Any] = {"shop_key": shop_key, "environment": SANDBOX, "call": Call.SEARCH}
    row = Exchange(order_id="A1", url="", request=b"x", owner="", **(fixed | values))
    row.id, row.asked_at, row.outcome = key_at(at), at, outcome
    session.add(row)
    session.flush()
    return row.id


def hour(hours: GatewayHours, session: Session, back: int) -> GatewayHour:
    return hours.day(session, SANDBOX, AT).hours[-1 - back]


def questions(hours: GatewayHours, session: Session) -> int:
    """How many statements it takes to tell of the day."""
    seen: list[object] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *call: seen.append(call))
    hours.day(session, SANDBOX, AT)
    return len(seen)


def test_an_hour_tells_how_often_how_fast_and_how_often_not(session: Session) -> None:
    for place in range(20):
        asked(session, AT - 2 * HOUR, duration_ms=(place + 1) * 10)
    asked(session, AT - 2 * HOUR, Outcome.PROTOCOL_ERROR, duration_ms=900)
    asked(session, AT - 2 * HOUR, Outcome.NO_ANSWER, duration_ms=30_000)
    asked(session, AT - 2 * HOUR, WAITING)
    since = (AT - 2 * HOUR).replace(minute=0, second=0, microsecond=0)
    assert hour(GatewayHours(), session, 2) == GatewayHour(since, 20, 1, 1, p50=110, p95=200)
    assert hour(GatewayHours(), session, 1).p50 is None


def test_what_is_over_is_counted_once(session: Session) -> None:
    for back in range(24):
        asked(session, AT - back * HOUR, duration_ms=back)
    hours = GatewayHours()
    first = hours.day(session, SANDBOX, AT)
    # What is still here, and the hour that is going on.
    assert questions(hours, session) == 2
    assert hours.day(session, SANDBOX, AT) == first == GatewayHours().day(session, SANDBOX, AT)
    later = hours.day(session, SANDBOX, AT + 2 * HOUR)
    assert later.hours[:-2] == first.hours[2:]


@pytest.mark.parametrize(
    ("outcome", "detail"), [(WAITING, None), (Outcome.NO_ANSWER, Detail.INTERRUPTED)]
)
def test_an_answer_that_comes_late_is_counted(
    session: Session, outcome: str, detail: str | None
) -> None:
    hours, at = GatewayHours(), AT - 3 * HOUR
    asked(session, at, duration_ms=5)
    key = asked(session, at, outcome, detail=detail)
    assert hour(hours, session, 3).answered == 1
    exchange = session.exec(select(Exchange).where(Exchange.id == key)).one()
    exchange.outcome, exchange.detail = Outcome.ANSWERED, None
    assert hour(hours, session, 3).answered == 2


def test_an_hour_that_has_just_ended_waits_for_what_is_being_committed(session: Session) -> None:
    hours, end = GatewayHours(), AT.replace(minute=0, second=0, microsecond=0)
    asked(session, end - timedelta(seconds=1))
    just_after = end + timedelta(seconds=5)
    assert hours.day(session, SANDBOX, just_after).hours[-2].answered == 1
    asked(session, end - timedelta(seconds=2))
    assert hours.day(session, SANDBOX, just_after).hours[-2].answered == 2


def test_calls_that_are_deleted_are_told_of_no_more(session: Session) -> None:
    hours = GatewayHours()
    asked(session, AT - 5 * HOUR)
    assert hour(hours, session, 5).asked == 1
    session.execute(delete(Exchange))
    assert hour(hours, session, 5).asked == 0
