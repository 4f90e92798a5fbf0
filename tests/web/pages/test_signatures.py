"""What our password signs is for nobody to read in production: with it a result could be forged."""

from __future__ import annotations

import re

import httpx
import pytest
from starlette.applications import Starlette

from app.protocol.checkstring import compute
from app.records.shops import Environment, Shop
from tests.web.pages.rows import stored

pytestmark = pytest.mark.anyio

PASSWORD = "Zq9!Zq9!"


@pytest.mark.parametrize("environment", [Environment.TEST, Environment.PRODUCTION])
async def test_a_judgement_by_hand_says_that_it_differs_and_in_production_no_more(
    client: httpx.AsyncClient, desk_app: Starlette, environment: Environment
) -> None:
    shop = Shop(shop_id="PRODSHOP1", environment=environment, name="Ours", password=PASSWORD)
    stored(desk_app, shop)
    signed = {
        "ShopID": shop.shop_id,
        "OrderID": "FORGED-1",
        "Status": "PAYSUCCESS",
        "TranDate": "20261129120000",
    }
    text = "&".join(f"{name}={value}" for name, value in signed.items())
    answer = await client.post("/verify", data={"text": f"{text}&CheckString={'0' * 32}"})
    assert 'data-verdict="mismatch"' in answer.text
    ours = compute(**signed, ShopPass=PASSWORD)
    read = re.sub(r"<[^>]+>", "", answer.text)  # its letters are marked one by one
    assert (ours in read) == (environment is Environment.TEST)
