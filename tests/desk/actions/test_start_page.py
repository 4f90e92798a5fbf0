"""The payment page that the gateway names: customers are sent to no other than the shop's own."""

from __future__ import annotations

import pytest

from app.desk.actions.start_page import starts_elsewhere
from app.records.orders import Order
from app.records.shops import Environment, Shop

GATEWAY = "https://gateway.example.jp"
PAGE = "/payment/NetCashStart.idPass"


@pytest.mark.parametrize(
    ("start_url", "elsewhere"),
    [
        (GATEWAY + PAGE, False),
        (f"{GATEWAY}:443{PAGE}", False),
        (f"http://gateway.example.jp{PAGE}", True),
        (f"https://gateway.example.jp:444{PAGE}", True),
        (f"https://gateway.example.jp.evil.example{PAGE}", True),
        (f"https://user@gateway.example.jp{PAGE}", True),
        (f"https://gateway.example.jp@evil.example{PAGE}", True),
        (f"https://x;frame-ancestors;script-src-elem@gateway.example.jp{PAGE}", True),
        ("https://[", True),
        ("", True),
    ],
)
def test_a_page_elsewhere_or_with_a_user_in_its_address_is_not_gone_to(
    start_url: str, elsewhere: bool
) -> None:
    order = Order(shop_key="1" * 32, order_id="A1", start_url=start_url)
    shop = Shop(
        shop_id="tshop1",
        name="Ours",
        password="p",
        environment=Environment.TEST,
        gateway_url=GATEWAY,
    )
    assert starts_elsewhere(order, shop) == elsewhere


def test_the_usual_port_may_be_named_or_not() -> None:
    order = Order(shop_key="1" * 32, order_id="A1", start_url=f"http://gateway.example:80{PAGE}")
    shop = Shop(shop_id="tshop1", name="Ours", password="p", environment=Environment.TEST)
    shop.gateway_url = "http://gateway.example"
    assert not starts_elsewhere(order, shop)


@pytest.mark.parametrize(
    ("start_url", "elsewhere"),
    [
        (f"http://127.0.0.1:8001/sandbox{PAGE}", False),
        (f"http://127.0.0.1:8001@evil.example/sandbox{PAGE}", True),
    ],
)
def test_the_built_in_sandbox_may_have_moved_and_still_names_no_user(
    start_url: str, elsewhere: bool
) -> None:
    order = Order(shop_key="1" * 32, order_id="A1", start_url=start_url)
    shop = Shop(shop_id="tshop1", name="Ours", password="p", environment=Environment.SANDBOX)
    assert starts_elsewhere(order, shop) == elsewhere
