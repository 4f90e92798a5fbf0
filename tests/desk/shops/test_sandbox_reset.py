"""Starting over: the sandbox's orders are forgotten whole, and nobody else's."""

from __future__ import annotations

import pytest
from sqlmodel import SQLModel, func, select

from app.desk.shops.shops import reset_sandbox_orders
from app.records.accounts import AuditEntry
from app.records.callbacks import Callback
from app.records.changes import Change
from app.records.exchanges import Exchange
from app.records.notifications import Notification
from app.records.orders import Order
from app.records.payment_links import PaymentLink
from app.records.shops import Environment, Shop
from app.records.verdict_changes import VerdictChange
from tests.desk.conftest import Stage, found
from tests.desk.notifications.test_process import notice, send

pytestmark = pytest.mark.anyio

TABLES: tuple[type[SQLModel], ...] = (
    *(Order, Exchange, Change, PaymentLink, Callback, VerdictChange, Notification),
)


async def furnished(stage: Stage, environment: Environment) -> Order:
    """An order of an environment with something in every table."""
    order = await stage.requested()
    await stage.look_up(order, found("REQSUCCESS"))
    await send(stage, notice())
    with stage.desk.database.writing() as session:
        callback = Callback(
            body=b"", digest="", verdict="verified", order_key=order.id, environment=environment
        )
        session.add(callback)
        session.flush()
        session.add(
            VerdictChange(callback_key=callback.id, from_verdict="mismatch", to_verdict="verified")
        )
        session.add(PaymentLink(order_key=order.id, secret="s", secret_digest="d"))
        for table in (Shop, Order, Exchange):
            for row in session.exec(select(table)).all():
                row.environment = environment
    return order


def numbers(stage: Stage) -> list[int]:
    with stage.desk.database.reading() as session:
        return [session.exec(select(func.count()).select_from(table)).one() for table in TABLES]


async def test_everything_of_the_sandboxs_orders_is_forgotten(any_stage: Stage) -> None:
    await furnished(any_stage, Environment.SANDBOX)
    assert all(numbers(any_stage))
    assert reset_sandbox_orders(any_stage.desk, any_stage.actor) == 1
    assert not any(numbers(any_stage))


async def test_what_people_did_stays_written_down(stage: Stage) -> None:
    await furnished(stage, Environment.SANDBOX)
    reset_sandbox_orders(stage.desk, stage.actor)
    with stage.desk.database.reading() as session:
        entries = session.exec(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert {entry.order_key for entry in entries} == {None}
    assert entries[0].action == "create"
    last = entries[-1]
    assert (last.action, last.email) == ("sandbox-orders-forgotten", stage.actor.email)
    assert last.detail == '{"orders": 1}'


@pytest.mark.parametrize("environment", [Environment.TEST, Environment.PRODUCTION])
async def test_another_environments_rows_are_never_touched(
    any_stage: Stage, environment: Environment
) -> None:
    await furnished(any_stage, environment)
    before = numbers(any_stage)
    assert reset_sandbox_orders(any_stage.desk, any_stage.actor) == 0
    assert numbers(any_stage) == before


async def test_an_order_with_a_call_under_way_stays_whole(any_stage: Stage) -> None:
    order = await furnished(any_stage, Environment.SANDBOX)
    with any_stage.desk.database.writing() as session:
        session.get_one(Order, order.id).open_exchange = "e" * 32
    before = numbers(any_stage)
    assert reset_sandbox_orders(any_stage.desk, any_stage.actor) == 0
    assert numbers(any_stage) == before
