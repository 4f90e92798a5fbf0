"""Verified results of the sandbox, and orders met only through them: anybody can make those."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.clock import now
from app.desk.audit import record_action
from app.desk.callbacks import process_waiting
from app.desk.callbacks.raw import INSERT, raw_row
from app.desk.context import Actor
from app.desk.retention import RetentionPolicy, sweep_all
from app.protocol.statuses import Status
from app.records.accounts import Role, User
from app.records.callbacks import Callback
from app.records.changes import Change
from app.records.database import Database
from app.records.dropped_callbacks import dropped_so_far
from app.records.orders import Order, Origin
from app.records.shops import Environment
from tests.desk.callbacks.cast import a_shop, an_order, body, desk_over

LIMITS = RetentionPolicy(age=timedelta(days=1), number=5)


@pytest.fixture(params=[Environment.SANDBOX, Environment.TEST])
def environment(request: pytest.FixtureRequest) -> Environment:
    environment: Environment = request.param
    return environment


@pytest.fixture
def kept(any_database: Database) -> Database:
    with any_database.writing() as session:
        session.add(a_shop())
    return any_database


def bring(database: Database, *bodies: bytes) -> None:
    database.append(INSERT, [raw_row(raw, [], "192.0.2.1") for raw in bodies])
    process_waiting(desk_over(database))


def orders(session: Session) -> list[str]:
    return sorted(session.exec(select(Order.order_id)).all())


def test_of_orders_that_only_results_named_the_newest_stay(
    kept: Database, environment: Environment
) -> None:
    with kept.writing() as session:
        session.exec(select(type(a_shop()))).one().environment = environment
    for number in range(12):
        bring(kept, body(f"A{number:02}"))
    dropped = sweep_all(kept, LIMITS)
    with kept.reading() as session:
        left = orders(session)
        results = session.exec(select(Callback.order_id)).all()
    if environment is Environment.SANDBOX:
        assert (dropped, left) == (7, [f"A{number:02}" for number in range(7, 12)])
        assert sorted(str(result) for result in results) == left
    else:
        assert (dropped, len(left), len(results)) == (0, 12, 12)


def test_an_order_that_a_flood_named_goes_with_the_whole_flood(kept: Database) -> None:
    at = now()
    bring(kept, *(body("FLOOD", at=at - timedelta(seconds=n)) for n in range(60)))
    for number in range(5):
        bring(kept, body(f"A{number}"))
    sweep_all(kept, LIMITS)
    with kept.reading() as session:
        assert orders(session) == [f"A{number}" for number in range(5)]
        assert len(session.exec(select(Callback.id)).all()) == 5


def test_an_order_that_a_person_has_touched_stays(kept: Database) -> None:
    bring(kept, body("TOUCHED"))
    with kept.writing() as session:
        user = User(email="ogawa@example.jp", role=Role.OPERATOR)
        session.add(user)
        session.flush()
        order = session.exec(select(Order)).one()
        actor = Actor(user.id, user.email, user.role, "192.0.2.1")
        record_action(session, actor, "lookup", order_key=order.id)
    for number in range(6):
        bring(kept, body(f"A{number}"))
    sweep_all(kept, LIMITS)
    with kept.reading() as session:
        assert orders(session) == ["A1", "A2", "A3", "A4", "A5", "TOUCHED"]


def test_an_order_with_a_call_under_way_stays(kept: Database) -> None:
    bring(kept, body("ASKED"))
    with kept.writing() as session:
        session.exec(select(Order)).one().open_exchange = "0" * 32
    for number in range(6):
        bring(kept, body(f"A{number}"))
    sweep_all(kept, LIMITS)
    with kept.reading() as session:
        assert "ASKED" in orders(session)


def test_results_that_only_repeat_fall_under_the_limit_and_what_changed_the_order_stays(
    kept: Database,
) -> None:
    with kept.writing() as session:
        shop = session.exec(select(type(a_shop()))).one()
        session.add(an_order(shop, "MADE", Status.REQSUCCESS))
    at = now()
    bring(kept, body("MADE", at=at))
    for number in range(20):
        # Each is signed and says the same of the order, with more behind it.
        bring(kept, body("MADE", at=at) + b"&pad=%d" % number)
    sweep_all(kept, LIMITS)
    with kept.reading() as session:
        order = session.exec(select(Order)).one()
        causes = set(session.exec(select(Change.callback_key)).all())
        left = session.exec(select(Callback.id)).all()
        gone = {one.verdict: one.number for one in dropped_so_far(session)}
    assert (order.origin, order.status) == (Origin.CREATED, Status.PAYSUCCESS)
    assert causes <= set(left)
    assert len(left) == 1 + LIMITS.number
    assert gone == {"sandbox": 15}
