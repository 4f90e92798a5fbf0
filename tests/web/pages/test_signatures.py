"""What our password signs is for nobody to read in production: with it a result could be forged."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.clock import now
from app.desk.permissions import FACTOR_COUNTS_FOR
from app.protocol.checkstring import compute
from app.records.accounts import AuditEntry, SignIn
from app.records.callbacks import Callback
from app.records.shops import Environment, Shop
from tests.cast import APPROVER, OPERATOR
from tests.conftest import browser_for
from tests.web.pages.rows import stored

pytestmark = pytest.mark.anyio

PASSWORD = "Zq9!Zq9!"


SIGNED = {
    "ShopID": "PRODSHOP1",
    "OrderID": "FORGED-1",
    "Status": "PAYSUCCESS",
    "TranDate": "20261129120000",
}
OURS = compute(**SIGNED, ShopPass=PASSWORD)
FORGED = "&".join(f"{name}={value}" for name, value in SIGNED.items()) + f"&CheckString={'0' * 32}"
REASON = {"Reason": "The gateway asks us for it"}


def a_shop(app: Starlette, environment: Environment = Environment.PRODUCTION) -> None:
    stored(app, Shop(shop_id="PRODSHOP1", environment=environment, name="Ours", password=PASSWORD))


def shows_it(answer: httpx.Response) -> bool:
    return OURS in re.sub(r"<[^>]+>", "", answer.text)  # its letters are marked one by one


async def a_callback(app: Starlette) -> str:
    """The address of the callback's page."""
    async with browser_for(app, None) as customer:
        await customer.post("/netcash/return", content=FORGED)
    with app.state.desk.database.reading() as session:
        return f"/callbacks/{session.exec(select(Callback.id)).one()}"


def reveals(app: Starlette) -> list[AuditEntry]:
    with app.state.desk.database.reading() as session:
        mine = select(AuditEntry).where(AuditEntry.action == "signature-revealed")
        return list(session.exec(mine))


@pytest.mark.parametrize("environment", [Environment.TEST, Environment.PRODUCTION])
async def test_a_judgement_by_hand_says_that_it_differs_and_in_production_no_more(
    client: httpx.AsyncClient, desk_app: Starlette, environment: Environment
) -> None:
    a_shop(desk_app, environment)
    answer = await client.post("/verify", data={"text": FORGED})
    assert 'data-verdict="mismatch"' in answer.text
    assert shows_it(answer) == (environment is Environment.TEST)


async def test_an_approver_is_shown_it_once_and_why_is_recorded(desk_app: Starlette) -> None:
    a_shop(desk_app)
    page = await a_callback(desk_app)
    async with browser_for(desk_app, APPROVER) as approver:
        assert not shows_it(await approver.get(page))
        silent = await approver.post(f"{page}/signatures", data={"Reason": " "})
        assert (silent.status_code, shows_it(silent), reveals(desk_app)) == (422, False, [])
        assert 'data-error-for="Reason"' in silent.text
        answer = await approver.post(f"{page}/signatures", data=REASON)
        assert (answer.status_code, shows_it(answer)) == (200, True)
        assert "no-store" in answer.headers["cache-control"]
        assert not shows_it(await approver.get(page))
        by_hand = await approver.post("/verify/signatures", data=REASON | {"text": FORGED})
        assert shows_it(by_hand)
    first, second = reveals(desk_app)
    assert (first.email, first.subject) == (APPROVER.email, "FORGED-1")
    assert second.subject == first.subject
    assert {first.reason, second.reason} == {*REASON.values()}
    assert OURS not in first.detail + second.detail


@pytest.mark.parametrize("path", ["/callbacks/{}/signatures", "/verify/signatures"])
async def test_nobody_else_is_shown_it_nor_an_approver_without_a_second_factor_given_lately(
    desk_app: Starlette, path: str
) -> None:
    a_shop(desk_app)
    path = path.format((await a_callback(desk_app)).rpartition("/")[2])
    form = REASON | {"text": FORGED}
    async with browser_for(desk_app, OPERATOR) as operator:
        assert (await operator.post(path, data=form)).status_code == 403
    async with browser_for(desk_app, APPROVER) as approver:
        with desk_app.state.desk.database.writing() as session:
            for one in session.exec(select(SignIn)):
                one.factor_at = now() - FACTOR_COUNTS_FOR
        answer = await approver.post(path, data=form)
        assert answer.headers["location"].startswith("/login/again")
    assert reveals(desk_app) == []


async def test_what_has_come_is_no_secret(desk_app: Starlette, client: httpx.AsyncClient) -> None:
    a_shop(desk_app)
    text = FORGED.replace("0" * 32, OURS.upper())
    answer = await client.post("/verify", data={"text": text})
    assert 'data-verdict="verified"' in answer.text
    assert 'data-signature="kept-back"' not in answer.text
