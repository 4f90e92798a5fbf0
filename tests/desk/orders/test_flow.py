"""The whole way of a payment, against the sandbox over real HTTP, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from httpx import AsyncHTTPTransport

from app.desk.actions import Action, NextStep
from app.desk.orders.payment_links import create_payment_link, open_payment_link
from app.desk.orders.transactions import register
from app.gateway import Gateway, Outcome
from app.protocol.messages import Call
from app.protocol.wire import encode_form
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.orders import Order, Source
from app.records.shops import Shop
from tests.desk.callbacks.cast import bring
from tests.desk.conftest import PATIENCE, Stage, staged
from tests.sandbox.merchant import Merchant, Page, serving

pytestmark = [pytest.mark.anyio, pytest.mark.sqlite_will_do]


@pytest.fixture(scope="module")
def gateway() -> Iterator[Merchant]:
    """A sandbox, and in its customer's hands a browser."""
    with serving(":memory:", late_seconds=1) as merchant:
        yield merchant


@asynccontextmanager
async def at_sandbox(database: Database, gateway: Merchant) -> AsyncIterator[Stage]:
    async with staged(database) as stage:
        with database.writing() as session:
            shop = session.get_one(Shop, stage.shop.id)
            shop.shop_id, shop.password = "tshop00000001", "tpass7xq"
            shop.gateway_url = f"http://127.0.0.1:{gateway.port}"
        stage.shop = shop
        stage.desk.gateway = Gateway(PATIENCE, AsyncHTTPTransport(verify=False))
        stage.settle_time(0)
        yield stage


@pytest.fixture
async def stage(stage_database: Database, gateway: Merchant) -> AsyncIterator[Stage]:
    async with at_sandbox(stage_database, gateway) as stage:
        yield stage


@pytest.fixture
async def any_stage(any_database: Database, gateway: Merchant) -> AsyncIterator[Stage]:
    async with at_sandbox(any_database, gateway) as stage:
        yield stage


async def both_calls(stage: Stage, order_id: str) -> Order:
    order = stage.open(OrderID=order_id, ClientField1="会員番号 12")
    await (await register(stage.desk, stage.actor, order.id, then_execute=True))
    return stage.order(order)


def at_payment_page(stage: Stage, gateway: Merchant, order: Order) -> Page:
    _, secret = create_payment_link(stage.desk, stage.actor, order.id)
    form = open_payment_link(stage.desk, secret)
    assert form is not None
    assert form.action_url == f"http://127.0.0.1:{gateway.port}{Call.START.path}"
    return gateway.start({"AccessID": form.AccessID, "Token": form.Token})


async def brought_back(stage: Stage, page: Page, **altered: str) -> Callback:
    """The customer's browser brings the result, here as it is or with values altered."""
    body = encode_form((page.fields | altered).items())
    return (await bring(stage.desk, body)).callback


async def test_create_execute_launch_pay_report_confirm(
    any_stage: Stage, gateway: Merchant
) -> None:
    order = await both_calls(any_stage, gateway.order_id())
    assert (order.status, order.source) == ("REQSUCCESS", Source.EXEC)
    assert any_stage.decision(order).next_step is NextStep.SEND_CUSTOMER

    page = gateway.press(at_payment_page(any_stage, gateway, order), "pay")
    callback = await brought_back(any_stage, page)
    order = any_stage.order(order)
    assert (callback.verdict, order.money) == ("verified", "reported")

    await any_stage.ask(order.order_id)
    order = any_stage.order(order)
    assert (order.source, order.money) == (Source.CALLBACK, "confirmed")
    assert any_stage.decision(order).next_step is NextStep.NOTHING


async def test_a_cancelled_payment_needs_a_new_number(stage: Stage, gateway: Merchant) -> None:
    order = await both_calls(stage, gateway.order_id())
    page = gateway.press(at_payment_page(stage, gateway, order), "cancel")
    await brought_back(stage, page)
    assert stage.order(order).status == "PAYFAIL"
    assert stage.decision(order).possible == {Action.LOOK_UP, Action.NEW_NUMBER}


async def test_a_tampered_result_moves_nothing(stage: Stage, gateway: Merchant) -> None:
    order = await both_calls(stage, gateway.order_id())
    page = gateway.press(at_payment_page(stage, gateway, order), "cancel")
    callback = await brought_back(stage, page, Status="PAYSUCCESS")
    assert callback.verdict == "mismatch"
    assert stage.order(order).status == "REQSUCCESS"


@pytest.mark.parametrize(
    ("suffix", "outcome", "after_lookup", "step"),
    [
        ("-drop", Outcome.CUT_OFF, "REQSUCCESS", NextStep.NEW_ORDER_ID),
        ("-garbled", Outcome.NOT_UNDERSTOOD, "REQSUCCESS", NextStep.NEW_ORDER_ID),
        ("-http500", Outcome.HTTP_ERROR, "UNPROCESSED", NextStep.EXECUTE_AGAIN),
    ],
)
async def test_an_exec_that_went_wrong_is_unknown_until_the_lookup_settles_it(
    stage: Stage,
    gateway: Merchant,
    suffix: str,
    outcome: Outcome,
    after_lookup: str,
    step: NextStep,
) -> None:
    order = await both_calls(stage, gateway.order_id(suffix))
    assert stage.exchanges(order)[-1].outcome == outcome
    assert (order.status, order.source) == ("unknown", Source.EXEC)
    assert stage.decision(order).next_step is NextStep.ASK_GATEWAY
    await stage.ask(order.order_id)
    assert stage.order(order).status == after_lookup
    assert stage.decision(order).next_step is step


async def test_a_refused_exec_says_why_and_leaves_the_order_registered(
    stage: Stage, gateway: Merchant
) -> None:
    order = await both_calls(stage, gateway.order_id("-refuse"))
    assert order.status == "UNPROCESSED"
    assert stage.exchanges(order)[-1].error_codes == ["NC2000005"]
    assert stage.decision(order).next_step is NextStep.FIX_SETTINGS


async def test_a_number_used_by_somebody_else_is_refused_and_the_next_one_works(
    stage: Stage, gateway: Merchant
) -> None:
    trade = gateway.enter()
    order = await both_calls(stage, trade["OrderID"])
    assert stage.decision(order).next_step is NextStep.NEW_ORDER_ID
    order = await both_calls(stage, f"{trade['OrderID']}-1")
    assert order.status == "REQSUCCESS"


async def test_an_order_made_elsewhere_is_met_by_its_lookup(
    stage: Stage, gateway: Merchant
) -> None:
    trade, _ = gateway.ended("", "pay")
    await stage.ask(trade["OrderID"])
    order = stage.order_numbered(trade["OrderID"])
    assert order is not None
    assert (order.status, order.source, order.said_amount) == (
        "PAYSUCCESS",
        Source.LOOKUP,
        1000,
    )
