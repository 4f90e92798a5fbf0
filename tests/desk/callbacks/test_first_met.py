"""An order first met through a verified callback: what is asked about it, and what that does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from app.clock import now
from app.desk.actions.settle_conflict import Settlement, settle_conflict
from app.desk.callbacks.customer_message import CustomerMessage, customer_message
from app.desk.gateway_calls.scheduled_lookups import LookupScheduler
from app.desk.status.schedule import LOOKUP_INTERVAL
from app.protocol.statuses import Status
from app.records.callbacks import Callback
from app.records.exchanges import Purpose
from app.records.orders import Order, Origin
from app.records.shops import Confirmation, Environment, Shop
from tests.desk.callbacks.cast import body, bring
from tests.desk.conftest import PASSWORD, SILENCE, Stage, both_drained, found, refused, staged
from tests.scripted import Step

pytestmark = [pytest.mark.anyio, pytest.mark.sqlite_will_do]

NUMBER = "NEVER-SEEN"
NOT_THERE = "M01004002"
LITTLE_LESS = LOOKUP_INTERVAL - timedelta(minutes=1)


async def meet(stage: Stage, status: Status = Status.PAYSUCCESS, password: str = PASSWORD) -> None:
    """A customer brings a result of an order that this desk has never heard of."""
    raw = body(NUMBER, status, password=password, shop=stage.shop.shop_id)
    await bring(stage.desk, raw)


async def asked(stage: Stage, *script: Step) -> int:
    stage.says(*script)
    return await LookupScheduler(stage.desk).drain()


def met(stage: Stage) -> Order:
    order = stage.order_numbered(NUMBER)
    assert order is not None
    return order


def brought(stage: Stage) -> Sequence[Callback]:
    with stage.desk.database.reading() as session:
        return session.exec(select(Callback).order_by(Callback.id)).all()


def set_policy(stage: Stage, policy: Confirmation) -> None:
    with stage.desk.database.writing() as session:
        session.get_one(Shop, stage.shop.id).confirmation = policy


@pytest.mark.parametrize("status", [Status.PAYSUCCESS, Status.PAYFAIL])
async def test_it_is_asked_about_once_and_the_answer_is_its_claim(
    any_stage: Stage, status: Status
) -> None:
    await meet(any_stage, status)
    assert (met(any_stage).status, met(any_stage).source) == ("unknown", None)
    assert await asked(any_stage, found(status)) == 1
    order = met(any_stage)
    assert (order.status, order.source, order.conflict) == (status, "lookup", None)
    assert [one.purpose for one in any_stage.exchanges(order)] == [Purpose.CONFIRM]
    any_stage.time_passes(LOOKUP_INTERVAL)
    assert await asked(any_stage, found(status)) == 0


async def test_the_amount_is_the_gateways_and_never_confirmed(any_stage: Stage) -> None:
    await meet(any_stage)
    await asked(any_stage, found("PAYSUCCESS", amount=1000, tax=80))
    order = met(any_stage)
    assert (order.amount, order.said_amount, order.said_tax) == (None, 1000, 80)
    assert order.money == "reported"


async def test_its_callback_keeps_its_tag_and_learns_what_became_of_it(any_stage: Stage) -> None:
    await meet(any_stage)
    [callback] = brought(any_stage)
    assert (callback.tag_list, callback.applied) == (["unknown-order"], "nothing")
    await asked(any_stage, found("PAYSUCCESS"))
    [callback] = brought(any_stage)
    assert (callback.tag_list, callback.applied) == (["unknown-order"], "agreed")


@pytest.mark.parametrize("answer", ["PAYFAIL", "EXPIRED"])
async def test_a_lookup_that_contradicts_the_callback_is_a_conflict_and_the_last_question(
    any_stage: Stage, answer: str
) -> None:
    await meet(any_stage)
    await asked(any_stage, found(answer))
    order = met(any_stage)
    assert (order.status, order.source, order.conflict) == (answer, "lookup", "status")
    assert order.money is None
    [callback] = brought(any_stage)
    assert (callback.tag_list, callback.applied) == (["conflict", "unknown-order"], "conflict")
    any_stage.time_passes(LOOKUP_INTERVAL)
    assert await asked(any_stage, found(answer)) == 0
    assert any_stage.decision(order).next_step == "settle-conflict"


async def test_a_refusal_that_the_gateway_calls_paid_is_a_conflict(any_stage: Stage) -> None:
    await meet(any_stage, Status.PAYFAIL)
    await asked(any_stage, found("PAYSUCCESS"))
    order = met(any_stage)
    assert (order.status, order.source, order.conflict) == ("PAYSUCCESS", "lookup", "status")


async def test_a_lookup_that_lags_behind_the_callback_is_a_conflict_once_it_persists(
    any_stage: Stage,
) -> None:
    await meet(any_stage)
    assert await asked(any_stage, found("REQSUCCESS")) == 1
    order = met(any_stage)
    assert (order.status, order.source, order.conflict) == ("PAYSUCCESS", "callback", None)
    assert any_stage.decision(order).next_step == "wait-until-due"
    any_stage.time_passes(LITTLE_LESS)
    assert await asked(any_stage, found("REQSUCCESS")) == 0
    any_stage.time_passes(LOOKUP_INTERVAL - LITTLE_LESS)
    assert await asked(any_stage, found("REQSUCCESS")) == 1
    order = met(any_stage)
    assert (order.status, order.source, order.conflict) == ("PAYSUCCESS", "callback", "lagging")
    any_stage.time_passes(LOOKUP_INTERVAL)
    assert await asked(any_stage, found("REQSUCCESS")) == 0


async def test_two_results_that_contradict_each_other_leave_a_conflict(any_stage: Stage) -> None:
    await meet(any_stage, Status.PAYFAIL)
    await meet(any_stage, Status.PAYSUCCESS)
    assert met(any_stage).status == "unknown"
    await asked(any_stage, found("PAYSUCCESS"))
    order = met(any_stage)
    assert (order.status, order.source, order.conflict) == ("PAYSUCCESS", "lookup", "status")
    assert [one.applied for one in brought(any_stage)] == ["conflict", "agreed"]


async def test_a_number_the_gateway_does_not_know_is_a_conflict_without_a_claim(
    any_stage: Stage,
) -> None:
    await meet(any_stage)
    assert await asked(any_stage, refused(NOT_THERE)) == 1
    order = met(any_stage)
    assert (order.status, order.source, order.conflict) == ("unknown", None, "not-registered")
    assert any_stage.decision(order).next_step == "settle-conflict"
    [callback] = brought(any_stage)
    assert (callback.tag_list, callback.applied) == (["conflict", "unknown-order"], "conflict")
    any_stage.time_passes(LOOKUP_INTERVAL)
    assert await asked(any_stage, refused(NOT_THERE)) == 0


@pytest.mark.parametrize("belief", ["keep", "lookup"])
async def test_what_a_person_has_settled_of_it_stays_settled(
    any_stage: Stage, belief: Settlement
) -> None:
    await meet(any_stage)
    await asked(any_stage, refused(NOT_THERE))
    settle_conflict(
        any_stage.desk, any_stage.actor, met(any_stage).id, belief, "another shop's customer"
    )
    order = met(any_stage)
    assert (order.status, order.conflict) == ("unknown", None)
    assert any_stage.decision(order).next_step == "nothing"
    await any_stage.look_up(order, refused(NOT_THERE), reason="to be sure")
    assert met(any_stage).conflict is None
    await any_stage.look_up(order, found("PAYSUCCESS"), reason="the address was mended")
    assert (met(any_stage).status, met(any_stage).conflict) == ("PAYSUCCESS", None)


async def test_its_customer_is_told_nothing_but_that_it_is_being_confirmed(
    any_stage: Stage,
) -> None:
    await meet(any_stage)
    for answer in (refused(NOT_THERE), found("PAYSUCCESS")):
        await any_stage.look_up(met(any_stage), answer, reason="a test")
        [callback] = brought(any_stage)
        assert customer_message(callback, met(any_stage)) is CustomerMessage.BEING_CONFIRMED


async def test_its_replays_make_no_further_lookup(any_stage: Stage) -> None:
    await meet(any_stage)
    assert await asked(any_stage, found("PAYSUCCESS")) == 1
    for _ in range(5):
        await meet(any_stage)
    any_stage.time_passes(LOOKUP_INTERVAL)
    assert await asked(any_stage, found("PAYSUCCESS")) == 0


async def test_a_shop_that_confirms_after_an_hour_asks_after_an_hour(any_stage: Stage) -> None:
    set_policy(any_stage, Confirmation.AFTER_AN_HOUR)
    await meet(any_stage)
    any_stage.time_passes(LITTLE_LESS)
    assert await asked(any_stage, found("PAYSUCCESS")) == 0
    any_stage.time_passes(LOOKUP_INTERVAL - LITTLE_LESS)
    assert await asked(any_stage, found("PAYSUCCESS")) == 1


async def test_a_shop_that_never_confirms_by_itself_asks_nothing(any_stage: Stage) -> None:
    set_policy(any_stage, Confirmation.NEVER)
    await meet(any_stage)
    any_stage.time_passes(timedelta(days=1))
    assert await asked(any_stage, found("PAYSUCCESS")) == 0
    assert any_stage.decision(met(any_stage)).next_step == "ask-gateway"


@pytest.mark.parametrize("policy", [Confirmation.AT_ONCE, Confirmation.AFTER_AN_HOUR])
async def test_silence_is_asked_again_an_hour_later_and_not_before(
    any_stage: Stage, policy: Confirmation
) -> None:
    set_policy(any_stage, policy)
    await meet(any_stage)
    if policy is Confirmation.AFTER_AN_HOUR:
        any_stage.time_passes(LOOKUP_INTERVAL)
    assert await asked(any_stage, *SILENCE) == 1
    any_stage.time_passes(LITTLE_LESS)
    assert await asked(any_stage, found("PAYSUCCESS")) == 0
    any_stage.time_passes(LOOKUP_INTERVAL - LITTLE_LESS)
    assert await asked(any_stage, found("PAYSUCCESS")) == 1
    assert met(any_stage).status == "PAYSUCCESS"


async def test_a_number_asked_about_before_it_was_met_keeps_its_interval(any_stage: Stage) -> None:
    await any_stage.ask(NUMBER, refused(NOT_THERE))
    await meet(any_stage)
    assert await asked(any_stage, found("PAYSUCCESS")) == 0
    any_stage.time_passes(LOOKUP_INTERVAL)
    assert await asked(any_stage, found("PAYSUCCESS")) == 1


async def test_an_unverified_callback_makes_no_lookup(any_stage: Stage) -> None:
    await meet(any_stage, password="guessed1")
    assert any_stage.order_numbered(NUMBER) is None
    assert await asked(any_stage, found("PAYSUCCESS")) == 0


async def test_two_processes_ask_about_it_once(any_stage: Stage) -> None:
    await meet(any_stage)
    async with staged(any_stage.desk.database, any_stage.gateway) as other:
        assert await both_drained(any_stage, other, found("PAYSUCCESS")) == 1


def flood_the_sandbox(stage: Stage) -> None:
    """Its password is public: anybody makes any number of orders due, before anybody else's."""
    stage.desk.settings = replace(stage.desk.settings, sandbox_url=stage.gateway.url)
    with stage.desk.database.writing() as session:
        shop = Shop(
            shop_id="tshop00000099",
            environment=Environment.SANDBOX,
            name="Sandbox",
            password=PASSWORD,
        )
        session.add(shop)
        session.flush()
        for one in range(50):
            order = Order(
                shop_key=shop.id,
                environment=Environment.SANDBOX,
                order_id=f"FLOOD-{one}",
                origin=Origin.CALLBACK,
                lookup_due_at=now() - timedelta(minutes=5),
            )
            session.add(order)


async def test_a_flood_of_the_sandboxs_orders_delays_nobody_elses(any_stage: Stage) -> None:
    flood_the_sandbox(any_stage)
    await meet(any_stage)
    # No answer comes while this test lasts: every place that the flood gets stays taken.
    any_stage.says(asyncio.Event())
    rechecks = LookupScheduler(any_stage.desk)
    assert await rechecks.tick() == 5
    assert len(any_stage.exchanges(met(any_stage))) == 1
    assert await rechecks.tick() == 0
