"""The second factor in the browser: switched on in the account, asked for where it is needed."""

from __future__ import annotations

import base64
import re

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.clock import now
from app.desk.accounts import totp
from app.desk.permissions import FACTOR_COUNTS_FOR
from app.main import create_app
from app.records.accounts import SignIn, user_by_email
from app.settings import Settings
from tests.cast import APPROVER, PASSWORD, enroll
from tests.conftest import browser_for

pytestmark = pytest.mark.anyio

ACCOUNT = "/settings/account"
SWITCH = f"{ACCOUNT}/second-factor"


def code(key: str, later: int = 0) -> str:
    secret = base64.b32decode(key)
    return totp.code_of(secret, totp.step_of(now()) + later)


async def key_shown(browser: httpx.AsyncClient) -> str:
    found = re.search(r'data-totp-secret="([A-Z2-7]{32})"', (await browser.get(ACCOUNT)).text)
    assert found
    return found[1]


async def test_it_is_switched_on_and_then_asked_for_at_each_sign_in(desk_app: Starlette) -> None:
    async with browser_for(desk_app, APPROVER) as browser:
        key = await key_shown(browser)
        assert await key_shown(browser) == key
        assert 'data-error-for="code"' in (await browser.post(SWITCH, data={"code": "0"})).text
        done = await browser.post(SWITCH, data={"code": code(key)})
        codes = re.findall(r"<li><code>([a-z2-7-]{19})</code>", done.text)
        assert 'data-second-factor="on"' in done.text
        assert len(codes) == 10
        assert key not in (await browser.get(ACCOUNT)).text
        again = await browser.post(SWITCH, data={"action": "codes"})
        assert codes[0] not in again.text
    async with browser_for(desk_app, None) as browser:
        await browser.post("/login", data={"email": APPROVER.email, "password": PASSWORD})
        answer = await browser.get("/orders?q=A1")
        assert answer.headers["location"] == "/login/again?next=/orders%3Fq%3DA1"
        assert 'data-again="code"' in (await browser.get(answer.headers["location"])).text
        form = {"next": "/orders?q=A1"}
        wrong = await browser.post("/login/again", data=form | {"code": "000000"})
        assert (wrong.status_code, wrong.text.count('value="/orders?q=A1"')) == (422, 1)
        right = await browser.post("/login/again", data=form | {"code": code(key, later=1)})
        assert right.headers["location"] == "/orders?q=A1"
        assert (await browser.get("/orders?q=A1")).status_code == 200
        off = await browser.post(SWITCH, data={"action": "off"})
        assert off.status_code == 303
        assert 'data-second-factor="off"' in (await browser.get(ACCOUNT)).text


async def test_whoever_has_none_is_told_where_to_switch_it_on(operator: httpx.AsyncClient) -> None:
    shown = (await operator.get("/login/again?next=/orders")).text
    assert 'data-again="switch-on"' in shown
    assert 'href="/settings/account#second-factor"' in shown


async def test_it_cannot_be_switched_off_by_whoever_has_only_the_cookie(
    desk_app: Starlette,
) -> None:
    async with browser_for(desk_app, APPROVER) as browser:
        with desk_app.state.desk.database.writing() as session:
            user = user_by_email(session, APPROVER.email)
            assert user is not None
            user.totp_secret, user.factor_since = b"x" * 20, now()
            session.exec(select(SignIn)).one().factor_at = now() - FACTOR_COUNTS_FOR
        for action in ("off", "codes"):
            answer = await browser.post(SWITCH, data={"action": action})
            assert answer.headers["location"].startswith("/login/again"), action
        assert 'data-second-factor="on"' in (await browser.get(ACCOUNT)).text


async def test_a_known_browser_carries_a_mark_that_lets_nobody_in(
    visitor: httpx.AsyncClient,
) -> None:
    await visitor.post("/login", data={"email": APPROVER.email, "password": PASSWORD})
    assert {"desk_session", "desk_browser"} <= set(visitor.cookies)
    await visitor.post("/logout")
    assert "desk_browser" in visitor.cookies
    assert (await visitor.get("/orders")).status_code == 303


async def test_without_a_name_for_them_the_account_says_that_codes_do_without_passkeys(
    operator: httpx.AsyncClient,
) -> None:
    shown = (await operator.get(ACCOUNT)).text
    assert "data-passkey=" not in shown
    assert "PUBLIC_URL" in shown
    assert (await operator.post(f"{ACCOUNT}/passkeys/challenges")).status_code == 409
    assert (await operator.post("/login/again/challenges")).status_code == 409
    nothing = {"name": "x", "passkey": "{}"}
    assert (await operator.post(f"{ACCOUNT}/passkeys", data=nothing)).status_code == 409
    answer = await operator.post("/login/again", data={"passkey": "{}"})
    assert answer.status_code == 422


async def test_passkeys_change_only_with_the_second_factor_given_lately(
    settings: Settings,
) -> None:
    app = create_app(settings.model_copy(update={"public_url": "https://desk.example.jp"}))
    enroll(app.state.desk.database)
    passkeys = f"{ACCOUNT}/passkeys"
    async with app.router.lifespan_context(app), browser_for(app, None) as browser:
        await browser.post("/login", data={"email": APPROVER.email, "password": PASSWORD})
        shown = (await browser.get(ACCOUNT)).text
        assert '<form method="post" action="/settings/account/passkeys"' in shown
        assert "scripts, which are off" in shown
        asked = await browser.post(f"{passkeys}/challenges")
        assert asked.json()["rp"]["id"] == "desk.example.jp"
        assert asked.json()["authenticatorSelection"]["userVerification"] == "required"
        forged = {"name": "x", "passkey": "{}"}
        answer = await browser.post(passkeys, data=forged)
        assert (answer.status_code, 'data-error-for="name"' in answer.text) == (422, True)
        with app.state.desk.database.writing() as session:
            user = user_by_email(session, APPROVER.email)
            assert user is not None
            user.factor_since = now()
            session.exec(select(SignIn)).one().factor_at = now() - FACTOR_COUNTS_FOR
        assert (await browser.post(f"{passkeys}/challenges")).status_code == 401
        for path in (passkeys, f"{passkeys}/x/removals"):
            answer = await browser.post(path, data=forged)
            assert answer.headers["location"].startswith("/login/again"), path
