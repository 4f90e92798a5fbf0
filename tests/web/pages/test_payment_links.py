"""The launch page: it sends a customer to the gateway, and tells a stranger nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from app.clock import now
from app.records.keys import digest
from app.records.orders import Order
from app.records.payment_links import PaymentLink
from app.records.shops import Environment, Shop
from tests.web.pages.rows import an_order, stored

pytestmark = pytest.mark.anyio

KEY = "a-key-as-random-as-any-other"
ACCESS_ID, TOKEN = "0123456789abcdef0123456789abcdef", "ab+c/d" * 10


def an_executed_order(app: Starlette, status: str = "REQSUCCESS", **values: object) -> Order:
    usual = {
        "access_id": ACCESS_ID,
        "access_pass": ACCESS_ID,
        "token": TOKEN,
        "start_url": "http://127.0.0.1:1/sandbox/payment/NetCashStart.idPass",
    }
    return an_order(app, "L1", status, **(usual | values))


def a_link(app: Starlette, order: Order, minutes: int = 30) -> str:
    """A payment link of an order; returns its address."""
    expires_at = now() + timedelta(minutes=minutes)
    link = PaymentLink(
        order_key=order.id, secret=KEY, secret_digest=digest(KEY), expires_at=expires_at
    )
    stored(app, link)
    return f"/pay/{KEY}"


async def test_the_button_makes_a_link_and_goes_to_it(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_executed_order(desk_app)
    answer = await client.post(f"/orders/{order.id}/launches")
    assert answer.status_code == 303
    assert re.fullmatch(r"/pay/[\w-]{43}", answer.headers["location"])
    assert (await visitor.get(answer.headers["location"])).status_code == 200


async def test_the_page_holds_the_form_of_the_interface_in_both_languages(
    visitor: httpx.AsyncClient, desk_app: Starlette
) -> None:
    address = a_link(desk_app, an_executed_order(desk_app))
    for _ in range(2):  # it may be opened several times
        shown = (await visitor.get(address)).text
        assert f'name="AccessID" value="{ACCESS_ID}"' in shown
        assert f'name="Token" value="{TOKEN}"' in shown
        base = desk_app.state.settings.base_url
        assert f'action="{base}/sandbox/payment/NetCashStart.idPass"' in shown
        assert 'accept-charset="windows-31j"' in shown
        assert "決済画面へ進む" in shown
        assert "Go on to the payment page" in shown


async def test_the_page_is_kept_nowhere_and_may_post_to_the_gateway_only(
    visitor: httpx.AsyncClient, desk_app: Starlette
) -> None:
    headers = (await visitor.get(a_link(desk_app, an_executed_order(desk_app)))).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert f"form-action 'self' https: {desk_app.state.settings.base_url};" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("why", ["unknown", "expired", "paid", "no token", "another host"])
async def test_a_link_that_leads_nowhere_says_the_same_whatever_the_reason(
    visitor: httpx.AsyncClient, desk_app: Starlette, why: str
) -> None:
    elsewhere = Shop(
        shop_id="b",
        environment=Environment.TEST,
        name="B",
        password="x",
        gateway_url="https://pt01.example.jp",
    )
    stored(desk_app, elsewhere)
    stranger = {"shop_key": elsewhere.id, "start_url": "https://evil.example/payment/x"}
    changed: dict[str, dict[str, str | None]] = {
        "no token": {"token": None},
        "another host": {**stranger},
    }
    values = changed.get(why, {})
    order = an_executed_order(desk_app, "PAYSUCCESS" if why == "paid" else "REQSUCCESS", **values)
    address = a_link(desk_app, order, minutes=-1 if why == "expired" else 30)
    answer = await visitor.get("/pay/nonsense" if why == "unknown" else address)
    assert answer.status_code == 404
    assert "このお支払いリンクはご利用いただけません" in answer.text
    assert "This payment link is not valid" in answer.text
    for told in ("L1", ACCESS_ID, TOKEN, "<form"):
        assert told not in answer.text
    assert answer.text == (await visitor.get("/pay/nonsense-too")).text


async def test_a_link_is_refused_with_the_reason_while_it_must_not_be_made(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_executed_order(desk_app, "UNPROCESSED")
    answer = await client.post(f"/orders/{order.id}/launches")
    assert answer.status_code == 409
    assert "The payment has to be requested first." in answer.text
