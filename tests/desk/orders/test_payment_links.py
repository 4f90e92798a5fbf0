"""Payment links: where they lead, and until when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.clock import now
from app.desk.actions import LockReason, NextStep, NotPossible
from app.desk.orders.payment_links import PAYMENT_TERM, create_payment_link, open_payment_link
from app.records.orders import Order
from app.records.payment_links import PaymentLink
from app.records.shops import Shop
from tests.desk.conftest import ACCESS_ID, TOKEN, Stage, executed, found

pytestmark = [pytest.mark.anyio, pytest.mark.sqlite_will_do]


def launched(stage: Stage, order: Order) -> tuple[PaymentLink, str]:
    return create_payment_link(stage.desk, stage.actor, order.id)


async def test_a_link_opens_the_gateways_start_page_as_often_as_it_is_used(
    any_stage: Stage,
) -> None:
    order = await any_stage.requested()
    launch, secret = launched(any_stage, order)
    for _ in range(2):
        form = open_payment_link(any_stage.desk, secret)
        assert form is not None
        assert (form.action_url, form.AccessID, form.Token) == (
            any_stage.start_url,
            ACCESS_ID,
            TOKEN,
        )
        assert TOKEN not in repr(form)
    assert secret not in launch.secret_digest
    assert any_stage.decision(order).next_step is NextStep.WAIT_FOR_CUSTOMER


async def test_a_link_ends_with_the_payment_term(stage: Stage) -> None:
    order = await stage.requested()
    launch, secret = launched(stage, order)
    assert order.executed_at is not None
    assert launch.expires_at == order.executed_at + PAYMENT_TERM
    with stage.desk.database.writing() as session:
        session.get_one(PaymentLink, launch.id).expires_at = now()
    assert open_payment_link(stage.desk, secret) is None


async def test_a_term_longer_than_assumed_gets_another_hour(stage: Stage) -> None:
    order = await stage.requested()
    stage.time_passes(timedelta(hours=3))
    order = await stage.look_up(order, found("REQSUCCESS"))
    launch, secret = launched(stage, order)
    assert launch.expires_at > now() + PAYMENT_TERM - timedelta(seconds=5)
    assert open_payment_link(stage.desk, secret) is not None


@pytest.mark.parametrize("status", ["PAYSUCCESS", "PAYFAIL", "EXPIRED"])
async def test_a_link_ends_with_the_order(stage: Stage, status: str) -> None:
    order = await stage.requested()
    _, secret = launched(stage, order)
    order = await stage.look_up(order, found(status))
    assert open_payment_link(stage.desk, secret) is None
    with pytest.raises(NotPossible):
        launched(stage, order)


async def test_nobody_pays_an_order_whose_amount_is_in_doubt(stage: Stage) -> None:
    order = await stage.requested()
    _, secret = launched(stage, order)
    await stage.look_up(order, found("REQSUCCESS", 5))
    assert open_payment_link(stage.desk, secret) is None


async def test_a_key_nobody_made_opens_nothing(stage: Stage) -> None:
    assert open_payment_link(stage.desk, "no-such-key") is None


@pytest.mark.parametrize(
    "start",
    [
        "https://elsewhere.example/payment/NetCashStart.idPass",
        "http://localhost:1/payment/NetCashStart.idPass",
    ],
)
async def test_customers_are_never_sent_to_another_host_than_the_shops_gateway(
    stage: Stage, start: str
) -> None:
    order = await stage.execute(await stage.registered(), executed(start))
    with pytest.raises(NotPossible) as refusal:
        launched(stage, order)
    assert refusal.value.lock.reason is LockReason.START_ELSEWHERE


def at_the_built_in_sandbox(stage: Stage) -> None:
    with stage.desk.database.writing() as session:
        session.get_one(Shop, stage.shop.id).gateway_url = None
    stage.desk.settings = replace(stage.desk.settings, sandbox_url=stage.gateway.url)


@pytest.mark.parametrize("path", ["/orders/new", "/payment/NetCashStart.idPass/../../logout", "/"])
async def test_customers_of_the_built_in_sandbox_are_sent_to_no_address_but_its_start_page(
    stage: Stage, path: str
) -> None:
    at_the_built_in_sandbox(stage)
    order = await stage.execute(await stage.registered(), executed(f"http://127.0.0.1:1{path}"))
    with pytest.raises(NotPossible) as refusal:
        launched(stage, order)
    assert refusal.value.lock.reason is LockReason.START_ELSEWHERE


async def test_the_built_in_sandbox_is_reached_where_it_is_served_today(stage: Stage) -> None:
    at_the_built_in_sandbox(stage)
    order = await stage.registered()
    start = "http://127.0.0.1:1/sandbox/payment/NetCashStart.idPass"
    order = await stage.execute(order, executed(start))
    _, secret = launched(stage, order)
    form = open_payment_link(stage.desk, secret)
    assert form is not None
    assert form.action_url == "http://desk.example/sandbox/payment/NetCashStart.idPass"
    stage.desk.settings = replace(stage.desk.settings, sandbox_url=None)
    assert open_payment_link(stage.desk, secret) is None
