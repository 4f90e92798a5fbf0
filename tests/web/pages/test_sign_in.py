"""Getting in and out, and what the door tells and does not tell."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from threading import Event

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.desk.accounts.first_admin import first_sign_in_link
from app.desk.accounts.password_queue import AT_ONCE, RETRY_AFTER, WAITING
from app.desk.accounts.throttle import PER_PAIR
from app.main import create_app
from app.records.accounts import SignIn, user_by_email
from app.settings import Settings
from app.web.http.safe_redirect import local
from tests.cast import ADMIN, OPERATOR, PASSWORD, enroll
from tests.conftest import browser_for

pytestmark = pytest.mark.anyio

OWN = {"email": OPERATOR.email, "password": PASSWORD}


@pytest.fixture
async def newcomer(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at a desk without any user."""
    app = create_app(settings)
    async with app.router.lifespan_context(app), browser_for(app, None) as client:
        yield client


def link_of(client: httpx.AsyncClient) -> str:
    app: Starlette = client._transport.app  # type: ignore[attr-defined]
    link = first_sign_in_link(app.state.desk.database, "")
    assert link is not None
    return link


async def test_the_right_password_lets_in_and_back_to_where_one_wanted_to_go(
    visitor: httpx.AsyncClient,
) -> None:
    answer = await visitor.post("/login", data=OWN | {"next": "/settings/shops?env=test"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings/shops?env=test")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("desk_session=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert (await visitor.get("/settings/account")).status_code == 200


async def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(
    settings: Settings,
) -> None:
    app = create_app(settings.model_copy(update={"public_url": "https://desk.example.jp"}))
    enroll(app.state.desk.database)
    async with app.router.lifespan_context(app), browser_for(app, None) as client:
        cookie = (await client.post("/login", data=OWN)).headers["set-cookie"]
        assert cookie.startswith("__Host-desk_session=")
        assert {"Secure", "Path=/"} <= set(cookie.split("; "))
        assert "domain" not in cookie.lower()
        assert (await client.get("/settings/account")).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:1",
        "orders",
        "",
        "/orders\\x",
        "/a\nb",
        "/" + "x" * 3000,
    ],
)
def test_an_address_that_leads_elsewhere_is_not_followed(address: str) -> None:
    assert local(address) == "/"


@pytest.mark.parametrize("address", ["//evil.example", "/login/link?key=1"])
async def test_the_sign_in_goes_to_a_page_behind_it_or_to_the_first(
    visitor: httpx.AsyncClient, address: str
) -> None:
    answer = await visitor.post("/login", data=OWN | {"next": address})
    assert answer.headers["location"] == "/"


async def test_neither_page_nor_status_tells_which_part_was_wrong(
    visitor: httpx.AsyncClient,
) -> None:
    unknown = await visitor.post("/login", data={"email": "nobody@example.jp", "password": "x"})
    wrong = await visitor.post("/login", data={"email": OPERATOR.email, "password": "x"})
    assert unknown.status_code == wrong.status_code == 422
    assert unknown.text.replace("nobody@example.jp", "") == wrong.text.replace(OPERATOR.email, "")
    assert "The e-mail address or the password is wrong." in wrong.text


async def test_what_was_typed_is_kept_but_never_the_password(visitor: httpx.AsyncClient) -> None:
    typed = {"email": 'a"b@example.jp', "password": "a-secret-typo", "next": "/settings/shops"}
    text = (await visitor.post("/login", data=typed)).text
    assert 'value="a&#34;b@example.jp"' in text
    assert 'value="/settings/shops"' in text
    assert "a-secret-typo" not in text


async def test_after_too_many_tries_even_the_right_password_waits(
    visitor: httpx.AsyncClient,
) -> None:
    for _ in range(PER_PAIR):
        assert (await visitor.post("/login", data=OWN | {"password": "x"})).status_code == 422
    answer = await visitor.post("/login", data=OWN)
    assert answer.status_code == 429
    assert "Too many tries" in answer.text
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
    other = {"email": ADMIN.email, "password": PASSWORD}
    assert (await visitor.post("/login", data=other)).status_code == 303


async def test_each_sign_in_gets_a_new_cookie_and_ends_the_old(visitor: httpx.AsyncClient) -> None:
    await visitor.post("/login", data=OWN)
    first = visitor.cookies["desk_session"]
    await visitor.post("/login", data=OWN)
    assert visitor.cookies["desk_session"] != first
    visitor.cookies.clear()
    visitor.cookies.set("desk_session", first)
    assert (await visitor.get("/settings/account")).status_code == 303


async def test_signing_out_ends_the_sign_in_itself(visitor: httpx.AsyncClient) -> None:
    await visitor.post("/login", data=OWN)
    secret = visitor.cookies["desk_session"]
    answer = await visitor.post("/logout")
    assert answer.headers["location"] == "/login"
    assert "desk_session" not in visitor.cookies
    visitor.cookies.set("desk_session", secret)
    assert (await visitor.get("/settings/account")).status_code == 303


async def test_no_get_signs_out(operator: httpx.AsyncClient) -> None:
    assert (await operator.get("/logout")).status_code == 405
    assert (await operator.get("/settings/account")).status_code == 200


async def test_somebody_signed_in_does_not_see_the_form(operator: httpx.AsyncClient) -> None:
    answer = await operator.get("/login?next=/settings/shops")
    assert answer.headers["location"] == "/settings/shops"


async def test_the_first_link_is_used_up_by_its_button_alone(newcomer: httpx.AsyncClient) -> None:
    link = link_of(newcomer)
    for _ in range(2):
        shown = await newcomer.get(link)
        assert shown.status_code == 200
    button = re.search(r'name="key" value="([^"]+)"', shown.text)
    assert button
    answer = await newcomer.post("/login/link", data={"key": button[1]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Choose your e-mail address and password" in (await newcomer.get("/settings/shops")).text

    newcomer.cookies.clear()
    assert (await newcomer.get(link)).status_code == 410
    assert (await newcomer.post("/login/link", data={"key": button[1]})).status_code == 410


@pytest.mark.parametrize("key", ["", "made-up", "\0"])
async def test_a_link_that_was_never_made_opens_nothing(
    newcomer: httpx.AsyncClient, key: str
) -> None:
    link_of(newcomer)
    assert (await newcomer.get("/login/link", params={"key": key})).status_code == 410
    assert (await newcomer.post("/login/link", data={"key": key})).status_code == 410


async def test_the_first_admin_chooses_an_email_and_a_password(newcomer: httpx.AsyncClient) -> None:
    key = link_of(newcomer).partition("key=")[2]
    await newcomer.post("/login/link", data={"key": key})
    chosen = {"email": "Me@Example.jp", "password": PASSWORD, "password_again": PASSWORD}
    answer = await newcomer.post("/settings/account", data=chosen)
    assert answer.headers["location"] == "/settings/account?saved"
    page = (await newcomer.get("/settings/account?saved")).text
    assert "Your account is saved." in page
    assert "Choose your e-mail address" not in page

    newcomer.cookies.clear()
    own = {"email": "me@example.jp", "password": PASSWORD}
    assert (await newcomer.post("/login", data=own)).status_code == 303


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"password_now": "wrong"}, "password_now"),
        ({"email": "no-address"}, "email"),
        ({"email": ADMIN.email.upper()}, "email"),
        ({"password": "short", "password_again": "short"}, "password"),
        ({"password": "long enough indeed", "password_again": "other"}, "password_again"),
        ({"password_again": "only here"}, "password_again"),
    ],
)
async def test_a_refused_account_says_so_beside_the_field(
    operator: httpx.AsyncClient, typed: dict[str, str], field: str
) -> None:
    form = {"email": "new@example.jp", "password_now": PASSWORD} | typed
    answer = await operator.post("/settings/account", data=form)
    assert answer.status_code == 422
    assert re.findall(r'data-error-for="(\w+)"', answer.text) == [field]
    assert f'value="{form["email"]}"' in answer.text
    assert PASSWORD not in answer.text


async def test_a_new_password_signs_out_every_other_browser(desk_app: Starlette) -> None:
    async with browser_for(desk_app, OPERATOR) as here, browser_for(desk_app, OPERATOR) as there:
        new = "another password"
        form = {"email": OPERATOR.email, "password_now": PASSWORD}
        await here.post("/settings/account", data=form | {"password": new, "password_again": new})
        assert (await here.get("/settings/account")).status_code == 200
        assert (await there.get("/settings/account")).status_code == 303


async def test_language_and_theme_stay_with_the_user(
    desk_app: Starlette, operator: httpx.AsyncClient
) -> None:
    answer = await operator.post("/preferences", data={"language": "ja", "back": "/settings/shops"})
    assert answer.headers["location"] == "/settings/shops"
    await operator.post("/preferences", data={"theme": "dark"})
    await operator.post("/preferences", data={"language": "xx", "theme": "pink"})
    async with browser_for(desk_app, OPERATOR) as elsewhere:
        page = (await elsewhere.get("/settings/account")).text
    assert '<html lang="ja" data-bs-theme="dark">' in page
    with desk_app.state.desk.database.reading() as session:
        user = user_by_email(session, OPERATOR.email)
    assert user
    assert (user.language, user.theme) == ("ja", "dark")


async def test_before_signing_in_the_browser_remembers_them(visitor: httpx.AsyncClient) -> None:
    form = {"language": "ja", "back": "/login?next=/settings/shops"}
    answer = await visitor.post("/login/preferences", data=form)
    assert answer.headers["location"] == "/login?next=/settings/shops"
    assert '<html lang="ja"' in (await visitor.get("/login")).text


async def test_a_storm_of_sign_ins_is_told_to_come_again_and_delays_nobody(
    desk_app: Starlette, client: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    queue, over = desk_app.state.services.passwords, Event()
    storm = [asyncio.create_task(queue.run(over.wait)) for _ in range(AT_ONCE + WAITING)]
    await asyncio.sleep(0)
    form = {"email": OPERATOR.email, "password": PASSWORD}
    refused = await visitor.post("/login", data=form)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, str(RETRY_AFTER))
    changed = {"email": ADMIN.email, "password_now": PASSWORD}
    assert (await client.post("/settings/account", data=changed)).status_code == 503
    assert (await client.get("/orders")).status_code == 200
    over.set()
    await asyncio.gather(*storm)
    assert (await visitor.post("/login", data=form)).status_code == 303


async def test_the_account_lists_where_one_is_signed_in_and_ends_it_there(
    desk_app: Starlette,
) -> None:
    async with browser_for(desk_app, OPERATOR) as here, browser_for(desk_app, OPERATOR) as there:
        shown = (await here.get("/settings/account")).text
        assert shown.count("data-sign-in") == 2
        [end] = re.findall(r'action="(/settings/account/sign-ins/\w+/ends)"', shown)
        assert (await here.post(end)).status_code == 303
        assert (await there.get("/orders")).status_code == 303
        assert (await here.get("/orders")).status_code == 200
    async with browser_for(desk_app, OPERATOR) as here, browser_for(desk_app, OPERATOR) as there:
        await here.post("/settings/account/sign-ins/ends")
        assert (await there.get("/orders")).status_code == 303
        assert (await here.get("/orders")).status_code == 200


async def test_signing_out_clears_what_the_browser_has_kept(operator: httpx.AsyncClient) -> None:
    answer = await operator.post("/logout")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert (await operator.get("/orders")).status_code == 303


async def test_a_page_that_only_counts_by_itself_keeps_nobody_signed_in(
    desk_app: Starlette, operator: httpx.AsyncClient
) -> None:
    def seen() -> datetime:
        with desk_app.state.desk.database.reading() as session:
            row: SignIn = session.exec(select(SignIn)).one()
            return row.seen_at

    with desk_app.state.desk.database.writing() as session:
        session.exec(select(SignIn)).one().seen_at -= timedelta(minutes=5)
    before = seen()
    await operator.get("/live/number")
    assert seen() == before
    await operator.get("/orders")
    assert seen() > before


@pytest.mark.parametrize(("host", "told"), [("127.0.0.1:8000", True), ("desk.example.jp", False)])
async def test_a_sign_in_that_could_not_stay_says_where_it_would(
    settings: Settings, host: str, *, told: bool
) -> None:
    app = create_app(settings.model_copy(update={"public_url": "https://desk.example.jp"}))
    async with app.router.lifespan_context(app), browser_for(app, None) as client:
        form = await client.get("http://x/login", headers={"Host": host})
    assert ('href="https://desk.example.jp/login"' in form.text) is told
