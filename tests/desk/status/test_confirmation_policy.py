"""A shop changes when it confirms: what was reported and waits follows the new policy at once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from app.desk.actions import NextStep
from app.desk.actions.settle_conflict import settle_conflict
from app.desk.gateway_calls.scheduled_lookups import LookupScheduler
from app.desk.shops.shops import change_shop
from app.desk.shops.validation import ShopDraft
from app.desk.status.confirmation_policy import follow_policy
from app.desk.status.updates import StatusReport, Terms, apply_report
from app.protocol.statuses import Status
from app.records.accounts import Role
from app.records.orders import Conflict, Order, Origin, Source
from app.records.shops import Confirmation
from tests.desk.conftest import Stage, found, refused

pytestmark = pytest.mark.anyio

AT_ONCE, LATER, NEVER = Confirmation.AT_ONCE, Confirmation.AFTER_AN_HOUR, Confirmation.NEVER
HOUR = timedelta(minutes=60)


def choose(stage: Stage, policy: Confirmation) -> None:
    """An admin changes the shop's policy."""
    shop = stage.shop
    draft = ShopDraft("test", shop.shop_id, shop.password or "", shop.name, confirmation=policy)
    admin = replace(stage.actor, role=Role.ADMIN)
    stage.shop = change_shop(stage.desk, admin, shop.id, draft).shop
    # A form would not take its plain address.
    stage.moves_to(stage.gateway.url)


def called_back(stage: Stage, order: Order, status: Status) -> Order:
    """A verified callback is heard."""
    with stage.desk.database.writing() as session:
        fresh = session.get_one(Order, order.id)
        terms = Terms(stage.shop.confirmation)
        apply_report(session, fresh, StatusReport(Source.CALLBACK, status), terms)
    return stage.order(order)


async def reported(stage: Stage, policy: Confirmation) -> Order:
    """An order that a callback has reported as paid while the shop had this policy."""
    choose(stage, policy)
    return called_back(stage, await stage.requested(), Status.PAYSUCCESS)


async def asked(stage: Stage, *script: bytes) -> int:
    stage.says(*script)
    return await LookupScheduler(stage.desk).drain()


@pytest.mark.parametrize("before", [LATER, NEVER])
async def test_what_waited_is_asked_about_at_once(any_stage: Stage, before: Confirmation) -> None:
    order = await reported(any_stage, before)
    assert await asked(any_stage) == 0
    choose(any_stage, AT_ONCE)
    assert await asked(any_stage, found("PAYSUCCESS")) == 1
    assert any_stage.order(order).money == "confirmed"


@pytest.mark.parametrize("before", [AT_ONCE, LATER])
async def test_what_waited_is_left_to_people(any_stage: Stage, before: Confirmation) -> None:
    order = await reported(any_stage, before)
    choose(any_stage, NEVER)
    any_stage.time_passes(5 * HOUR)
    assert await asked(any_stage) == 0
    assert any_stage.decision(order).next_step is NextStep.CONFIRM_BY_LOOKUP


@pytest.mark.parametrize("before", [AT_ONCE, NEVER])
async def test_the_hour_counts_from_the_report(any_stage: Stage, before: Confirmation) -> None:
    order = await reported(any_stage, before)
    choose(any_stage, LATER)
    order = any_stage.order(order)
    assert order.status_at
    assert order.lookup_due_at == order.status_at + HOUR


async def test_an_order_first_met_follows_too(any_stage: Stage) -> None:
    choose(any_stage, NEVER)
    with any_stage.desk.database.writing() as session:
        met = Order(
            shop_key=any_stage.shop.id,
            environment=any_stage.shop.environment,
            order_id="B1",
            origin=Origin.CALLBACK,
        )
        session.add(met)
    choose(any_stage, LATER)
    met = any_stage.order(met)
    assert met.lookup_due_at == met.created_at + HOUR
    choose(any_stage, AT_ONCE)
    assert await asked(any_stage, found("PAYSUCCESS")) == 1


async def test_a_conflict_that_a_callback_raised_follows_until_a_lookup_has_answered(
    any_stage: Stage,
) -> None:
    order = await any_stage.look_up(await any_stage.requested(), found("PAYFAIL"))
    choose(any_stage, NEVER)
    order = called_back(any_stage, order, Status.PAYSUCCESS)
    assert (order.conflict, order.lookup_due_at) == (Conflict.STATUS, None)
    assert any_stage.decision(order).next_step is NextStep.ASK_GATEWAY
    choose(any_stage, LATER)
    order = any_stage.order(order)
    assert order.conflict_at
    assert order.lookup_due_at == order.conflict_at + HOUR
    await any_stage.look_up(order, found("PAYFAIL"), reason="to be sure")
    choose(any_stage, AT_ONCE)
    assert any_stage.order(order).lookup_due_at is None
    assert any_stage.decision(order).next_step is NextStep.SETTLE_CONFLICT


@pytest.mark.parametrize("answer", [[found("PAYSTART")], []], ids=["lagged", "silence"])
async def test_a_lookup_that_told_nothing_new_keeps_its_interval(
    stage: Stage, answer: list[bytes]
) -> None:
    order = await stage.look_up(await reported(stage, NEVER), *answer)
    choose(stage, AT_ONCE)
    asked_at = stage.exchanges(order)[-1].asked_at
    assert stage.order(order).lookup_due_at == asked_at + HOUR


async def test_a_lookup_from_before_the_report_does_not_hold_it_up(stage: Stage) -> None:
    choose(stage, NEVER)
    order = await stage.look_up(await stage.requested(), found("PAYSTART"))
    order = called_back(stage, order, Status.PAYSUCCESS)
    choose(stage, AT_ONCE)
    assert stage.order(order).lookup_due_at == order.status_at


async def test_what_is_settled_agreed_or_under_way_is_left_as_it_is(stage: Stage) -> None:
    choose(stage, NEVER)
    under_way = await stage.requested()
    settled = await stage.requested(OrderID="A1002")
    called_back(stage, settled, Status.PAYSUCCESS)
    settled = await stage.look_up(settled, refused("M01004002"))
    settle_conflict(stage.desk, stage.actor, settled.id, "keep", "checked by phone", knowing=True)
    choose(stage, AT_ONCE)
    assert stage.order(settled).lookup_due_at is None
    assert stage.order(under_way).lookup_due_at == under_way.lookup_due_at


async def test_however_many_wait_all_of_them_follow(stage: Stage) -> None:
    with stage.desk.database.writing() as session:
        for number in range(5):
            met = Order(
                shop_key=stage.shop.id,
                environment=stage.shop.environment,
                order_id=f"B{number}",
                origin=Origin.CALLBACK,
            )
            session.add(met)
    follow_policy(stage.desk.database, stage.shop.id, batch=2)
    with stage.desk.database.reading() as session:
        due = session.exec(select(Order.lookup_due_at)).all()
    assert len(due) == 5
    assert None not in due
