"""What was done to somebody's account is said above their pages until they know of it."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.desk.accounts.people import set_role
from app.desk.accounts.second_factor import switch_off
from app.records.account_notices import AccountNotice
from app.records.accounts import user_by_email
from tests.cast import ADMIN, OPERATOR, PASSWORD
from tests.conftest import browser_for

pytestmark = pytest.mark.anyio

OWN = {"email": OPERATOR.email, "password": PASSWORD}
NEW = "another long passphrase"


async def told(browser: httpx.AsyncClient, page: str = "/orders") -> list[str]:
    return re.findall(r'data-account-notice="([^"]*)"', (await browser.get(page)).text)


def key_of(app: Starlette, email: str) -> str:
    with app.state.desk.database.reading() as session:
        user = user_by_email(session, email)
        assert user is not None
        return user.id


async def know(browser: httpx.AsyncClient) -> None:
    found = re.search(r'name="up_to" value="(\w+)"', (await browser.get("/orders")).text)
    assert found
    await browser.post("/settings/account/notices", data={"up_to": found[1]})


async def test_what_an_administrator_or_the_machine_did_is_said_until_it_is_known(
    desk_app: Starlette,
) -> None:
    database = desk_app.state.desk.database
    async with browser_for(desk_app, OPERATOR) as browser, browser_for(desk_app, ADMIN) as other:
        assert await told(browser) == []
        switch_off(database, None, key_of(desk_app, OPERATOR.email))
        assert await told(browser) == ["factor-off"]
        assert await told(browser, "/callbacks") == ["factor-off"]
        assert await told(other) == []
        await know(browser)
        assert await told(browser) == []
    set_role(database, None, key_of(desk_app, OPERATOR.email), "viewer")
    async with browser_for(desk_app, None) as browser:
        await browser.post("/login", data=OWN)
        assert await told(browser) == ["role"]


async def test_a_sign_in_with_an_unknown_browser_is_said_in_the_others(
    desk_app: Starlette,
) -> None:
    async with browser_for(desk_app, None) as first, browser_for(desk_app, None) as second:
        await first.post("/login", data=OWN)
        assert await told(first) == []
        await second.post("/login", data=OWN)
        assert await told(first) == ["new-browser"]
        await know(first)
        # It is known from now on.
        await second.post("/login", data=OWN)
        assert await told(first) == []


async def test_a_new_password_and_address_are_said_and_what_comes_later_is_not_lost(
    desk_app: Starlette,
) -> None:
    async with browser_for(desk_app, OPERATOR) as browser:
        form = {"email": "new@example.jp", "password_now": PASSWORD}
        form |= {"password": NEW, "password_again": NEW}
        assert (await browser.post("/settings/account", data=form)).status_code == 303
        assert sorted(await told(browser)) == ["email", "password"]
        with desk_app.state.desk.database.reading() as session:
            first = min(one.id for one in session.exec(select(AccountNotice)))
        await browser.post("/settings/account/notices", data={"up_to": first})
        assert len(await told(browser)) == 1
        await browser.post("/settings/account/notices", data={"up_to": ""})
        assert len(await told(browser)) == 1
