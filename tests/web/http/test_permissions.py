"""Who may use which address: the whole table, walked by everybody there is.

The application is the real one; only its endpoints are taken out, so that what is seen is who
would have reached them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.routing import Route as PlainRoute

from app.clock import now
from app.desk.permissions import (
    FACTOR_COUNTS_FOR,
    PERMISSIONS,
    SENSITIVE,
    Permission,
    may,
)
from app.main import create_app
from app.records.accounts import Role, SignIn, user_by_email
from app.records.batches import Batch
from app.records.exchanges import Exchange
from app.records.shops import Environment, Shop
from app.sandbox.commands.commands import COMMANDS
from app.sandbox.store.shops import sandbox_key
from app.settings import Settings
from app.web.http.routing import Route, route_of
from app.web.routes import routes
from tests.cast import ADMIN, APPROVER, OPERATOR, VIEWER, Member, enroll
from tests.conftest import browser_for, sandbox_of
from tests.web.pages.rows import an_order, stored

pytestmark = pytest.mark.anyio

EVERYBODY = [
    "callback-receive",
    "return-page",
    "notification",
    "pay",
    "sign-in",
    "sign-in-send",
    "sign-in-link",
    "sign-in-link-send",
    "sign-in-preferences",
    "static",
    "favicon",
    "alive",
    "ready",
    "metrics",
    "hand-on",
    "hand-on-page",
    "copy",
    "api-description",
    "api-orders",
    "api-order",
    "api-callbacks",
    "api-lookups",
    "api-nothing",
    "sandbox-payment",
    "sandbox-guide",
    "sandbox-api",
    "sandbox-openapi",
    "signing-key",
]

VIEWERS = [
    "sign-out",
    "preferences",
    "account",
    "account-send",
    "again",
    "again-send",
    "second-factor",
    "notices-know",
    "passkey-ask",
    "passkey-begin",
    "passkey-add",
    "passkey-remove",
    "news",
    "news-send",
    "news-choose",
    "news-try",
    "news-end",
    "news-replay",
    "sign-ins-end",
    "sign-in-end",
    "overview",
    "orders",
    "orders-csv",
    "live-orders",
    "outcomes",
    "palette",
    "view-save",
    "view-remove",
    "order",
    "order-link",
    "lookups",
    "lookup",
    "batches",
    "disagreements",
    "batch",
    "batch-csv",
    "batch-source",
    "exchanges",
    "exchange",
    "callbacks",
    "callbacks-csv",
    "callback",
    "live-callbacks",
    "live-number",
    "live-news",
    "live-tour",
    "verify",
    "imports",
    "import",
    "sandbox",
    "sandbox-trade",
    "shops",
    "shop",
    "cases",
    "case",
    "refunds",
    "refunds-csv",
    "evidence",
    "css",
    "bundle",
    "rehearsal",
    "file",
    "preview",
]

OPERATORS = [
    "orders-send",
    "order-new",
    "order-check",
    "register",
    "execute",
    "launch",
    "settle",
    "dismiss",
    "double-payment",
    "dismiss-lost",
    "dismiss-copies",
    "lookups-send",
    "look-up",
    "batches-send",
    "batch-columns",
    "batch-start",
    "batch-pause",
    "batch-resume",
    "batch-stop",
    "verify-send",
    "imports-send",
    "book-send",
    "import-keep",
    "judge",
    "sandbox-reset",
    "sandbox-sheet",
    "sandbox-clock",
    "sandbox-fault",
    "sandbox-faults-forget",
    "sandbox-shop-add",
    "sandbox-notices",
    "sandbox-readiness",
    "sandbox-results",
    "sandbox-scenario",
    "sandbox-customer",
    "sample-history",
    "cases-send",
    "case-new",
    "attach",
    "note",
    "add",
    "assign",
    "reply",
    "decide",
    "close",
    "reopen",
    "propose",
    "refund-change",
    "refund-refuse",
]

APPROVERS = [
    "audit",
    "audit-csv",
    "dismiss-burst",
    "refund-approve",
    "retention",
    "signature-reveal",
    "verify-reveal",
]

ADMINS = [
    "patterns",
    "tokens",
    "tokens-send",
    "token-revoke",
    "users",
    "users-send",
    "user",
    "user-send",
    "sandbox-hosts",
    "sandbox-key",
    "shops-send",
    "shop-new",
    "shop-send",
    "gateway-approve",
    "gateway-refuse",
    "shop-test",
    "replies",
    "replies-send",
    "persons",
    "person-find",
    "person-take",
    "person-erase",
]

LEAST: Mapping[str, Member | None] = {
    **dict.fromkeys(EVERYBODY, None),
    **dict.fromkeys(VIEWERS, VIEWER),
    **dict.fromkeys(OPERATORS, OPERATOR),
    **dict.fromkeys(APPROVERS, APPROVER),
    **dict.fromkeys(ADMINS, ADMIN),
}
"""By the name of its line: the least who may use an address. Whoever adds a line says so here."""

LADDER = (VIEWER, OPERATOR, APPROVER, ADMIN)

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
REACHED = 299


@pytest.fixture
def hollow_app(settings: Settings) -> Iterator[Starlette]:
    """The whole application, whose endpoints do nothing but say that they were reached."""
    app = create_app(settings)
    enroll(app.state.desk.database)
    for line in app.routes:
        assert isinstance(line, Route)
        line.endpoint, line.app = _reached, Response(status_code=REACHED)
    yield app
    app.state.desk.database.close()


async def _reached(_: Request) -> Response:
    return Response(status_code=REACHED)


def address(path: str) -> str:
    return re.sub(r"{[^}]+}", "x", path)


def lines(app: Starlette) -> Iterator[tuple[Route, str]]:
    for line in app.routes:
        assert isinstance(line, Route)
        for method in sorted((line.methods or {"GET", "POST"}) - {"HEAD"}):
            yield line, method


def test_every_line_says_here_who_may_use_it() -> None:
    names = [line.name for line in routes(None)]
    assert sorted(names) == sorted(LEAST)


BY_HTMX = [
    *(pytest.param(one, HTMX, id=f"htmx-{one.role}") for one in (VIEWER, ADMIN)),
    *(
        pytest.param(one, HTMX, id=f"htmx-{one.role}", marks=pytest.mark.soak)
        for one in (OPERATOR, APPROVER)
    ),
    pytest.param(None, HTMX, id="htmx-nobody"),
]
PLAIN = [
    pytest.param(one, {}, id=f"plain-{one.role if one else 'nobody'}") for one in (*LADDER, None)
]


@pytest.mark.parametrize(("member", "headers"), [*PLAIN, *BY_HTMX])
async def test_an_address_is_reached_by_whom_it_is_for_and_by_nobody_else(
    hollow_app: Starlette, member: Member | None, headers: dict[str, str]
) -> None:
    async with browser_for(hollow_app, member) as browser:
        for line, method in lines(hollow_app):
            answer = await browser.request(method, address(line.path), headers=headers)
            assert outcome(answer) == _expected(line, member), (method, line.path)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
async def test_whoever_is_disabled_is_as_good_as_signed_out(
    hollow_app: Starlette, headers: dict[str, str]
) -> None:
    async with browser_for(hollow_app, ADMIN) as browser:
        with hollow_app.state.desk.database.writing() as session:
            user = user_by_email(session, ADMIN.email)
            assert user is not None
            user.disabled_at = now()
        for line, method in lines(hollow_app):
            answer = await browser.request(method, address(line.path), headers=headers)
            assert outcome(answer) == _expected(line, None), (method, line.path)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
async def test_whoever_has_a_second_factor_and_has_not_given_it_stays_before_it(
    hollow_app: Starlette, headers: dict[str, str]
) -> None:
    async with browser_for(hollow_app, ADMIN) as browser:
        with hollow_app.state.desk.database.writing() as session:
            user = user_by_email(session, ADMIN.email)
            assert user is not None
            user.factor_since = now()
            session.exec(select(SignIn)).one().factor_at = None
        for line, method in lines(hollow_app):
            answer = await browser.request(method, address(line.path), headers=headers)
            open_to_all = line.permission in {Permission.OPEN, Permission.ENTER}
            expected = "reached" if open_to_all else "second factor"
            assert outcome(answer) == expected, (method, line.path)


async def test_what_is_sensitive_asks_whoever_has_a_second_factor_for_it_again(
    hollow_app: Starlette,
) -> None:
    async with browser_for(hollow_app, ADMIN) as browser:
        with hollow_app.state.desk.database.writing() as session:
            user = user_by_email(session, ADMIN.email)
            assert user is not None
            user.factor_since = now()
            session.exec(select(SignIn)).one().factor_at = now() - FACTOR_COUNTS_FOR
        for line, method in lines(hollow_app):
            answer = await browser.request(method, address(line.path))
            asks = line.permission in SENSITIVE and method == "POST"
            assert outcome(answer) == ("second factor" if asks else "reached"), line.path


def outcome(answer: httpx.Response) -> str:
    if answer.status_code == REACHED:
        return "reached"
    if answer.status_code == 403:
        return "refused"
    where = answer.headers.get("location") or answer.headers.get("hx-redirect", "")
    if where.startswith("/login/again"):
        return "second factor"
    led = answer.status_code in {200, 303} and where.startswith("/login")
    return "sign-in" if led or answer.status_code == 401 else f"{answer.status_code} {where}"


def _expected(line: Route, member: Member | None) -> str:
    least = LEAST[line.name]
    if least is None:
        return "reached"
    if member is None:
        return "sign-in"
    return "reached" if LADDER.index(member) >= LADDER.index(least) else "refused"


def test_each_role_may_what_the_one_before_it_may() -> None:
    for permission in Permission:
        for environment in (None, *Environment):
            allowed = [may(role, permission, environment) for role in (None, *Role)]
            assert allowed == sorted(allowed), (permission, environment)
    assert set(PERMISSIONS) == set(Permission)


BELONG_NOWHERE = {"order-check", "dismiss-lost", "dismiss-copies", "batches-send", "batch-columns"}
"""What operators do that concerns no order and no shop: a form or a list is looked at, a loss is
seen."""


@pytest.fixture
async def production(desk_app: Starlette) -> Mapping[str, tuple[str, str, object]]:
    """By the name of its line: each deed of an operator, aimed at production."""
    shop = Shop(
        shop_id="shop000000001",
        environment=Environment.PRODUCTION,
        name="本店",
        password="secret12",
        gateway_url="http://127.0.0.1:9",
    )
    stored(desk_app, shop)
    order = an_order(desk_app, "P1", shop_key=shop.id, environment=shop.environment)
    typed = {"OrderID": "P2", "Amount": "100", "RetURL": "https://shop.example.jp/result"}
    form = typed | {"shop_key": shop.id, "ShopName": shop.name}
    asked = {"OrderID": "P1", "ShopID": shop.shop_id, "Reason": "why"}
    settled = {"believe": "keep", "Reason": "why", "comes-back": "1"}
    below = f"/orders/{order.id}"
    batch = Batch(environment=shop.environment, sha256="0" * 64)
    stored(desk_app, batch)
    batches = f"/lookups/batches/{batch.id}"
    return {
        "orders-send": ("POST", "/orders?env=production", form),
        "order-new": ("GET", "/orders/new?env=production", None),
        "register": ("POST", f"{below}/registrations", {}),
        "execute": ("POST", f"{below}/executions", {}),
        "launch": ("POST", f"{below}/launches", {}),
        "settle": ("POST", f"{below}/settlements", settled),
        "dismiss": ("POST", f"{below}/dismissals", {"Reason": "why"}),
        "double-payment": ("POST", f"{below}/double-payments", {"Reason": "why"}),
        "lookups-send": ("POST", "/lookups?env=production", asked),
        "look-up": ("POST", f"{below}/lookups", {"Reason": "why"}),
        "book-send": ("POST", "/imports/book", {"ShopID": shop.shop_id, "file": "OrderID"}),
        "batch-start": ("POST", f"{batches}/starts", {}),
        "batch-pause": ("POST", f"{batches}/pauses", {}),
        "batch-resume": ("POST", f"{batches}/resumptions", {}),
        "batch-stop": ("POST", f"{batches}/stops", {}),
    }


async def test_in_production_an_approver_acts_and_an_operator_does_not(
    desk_app: Starlette, production: Mapping[str, tuple[str, str, object]]
) -> None:
    acts = {line.name for line in routes(None) if line.permission is Permission.ACT}
    assert acts == production.keys() | BELONG_NOWHERE
    async with browser_for(desk_app, OPERATOR) as operator:
        for name, (method, path, form) in production.items():
            answer = await operator.request(method, path, data=form)  # type: ignore[arg-type]
            assert answer.status_code == 403, name
            assert "Your role does not allow this" in answer.text
    async with browser_for(desk_app, APPROVER) as approver:
        for name, (method, path, form) in production.items():
            answer = await approver.request(method, path, data=form)  # type: ignore[arg-type]
            assert answer.status_code != 403, name


async def test_in_production_it_takes_a_second_factor_that_was_given_lately(
    desk_app: Starlette, production: Mapping[str, tuple[str, str, object]]
) -> None:
    database = desk_app.state.desk.database
    for given in (None, now() - FACTOR_COUNTS_FOR):
        async with browser_for(desk_app, APPROVER) as approver:
            with database.writing() as session:
                for row in session.exec(select(SignIn)).all():
                    row.factor_at = given
            for name, (method, path, form) in production.items():
                if method == "GET":
                    continue
                page = {"Referer": "http://127.0.0.1/orders?q=P1"}
                answer = await approver.request(method, path, data=form, headers=page)  # type: ignore[arg-type]
                assert answer.status_code == 303, name
                assert answer.headers["location"] == "/login/again?next=/orders%3Fq%3DP1", name
    with database.reading() as session:
        assert session.exec(select(Exchange)).all() == []


def inner_lines(app: Starlette) -> Iterator[tuple[str, str]]:
    """The paths of the sandbox itself, below /sandbox, each with a method."""
    for line in _sandbox_app(app).routes:
        if isinstance(line, PlainRoute):
            for method in sorted((line.methods or set()) - {"HEAD"}):
                yield f"/sandbox{line.path}".rstrip("/"), method


def _sandbox_app(app: Starlette) -> Starlette:
    line = next(one for one in app.routes if getattr(one, "name", "") == "sandbox-payment")
    inner = line.endpoint.app  # type: ignore[attr-defined]
    assert isinstance(inner, Starlette)
    return inner


async def test_whatever_the_sandbox_does_has_a_line_of_its_own(desk_app: Starlette) -> None:
    table: list[BaseRoute] = list(desk_app.routes)
    for path, method in inner_lines(desk_app):
        scope = {"type": "http", "method": method, "path": address(path), "root_path": ""}
        line = route_of(table, scope)
        assert line is not None, path
        assert line.methods is None or method in line.methods, (method, path)
        public = line.name in {"sandbox-payment", "sandbox-guide", "sandbox-api"}
        assert public or line.path == path, (method, path)


async def test_the_sandboxes_json_is_for_its_key_and_rules_for_nobody_who_has_it(
    desk_app: Starlette,
) -> None:
    key = await sandbox_of(desk_app).store.run(sandbox_key)
    ruling = {f"/sandbox/api{one.path}" for one in COMMANDS if one.for_admins}
    assert ruling == {"/sandbox/api/hosts", "/sandbox/api/key"}
    json = [(path, one) for path, one in inner_lines(desk_app) if "/api/" in path]
    assert len(json) > len(COMMANDS)
    async with browser_for(desk_app, ADMIN) as admin:
        for path, method in json:
            for given in ({}, {"Authorization": "Bearer no-key-of-ours"}):
                answer = await admin.request(method, address(path), headers=given)
                assert answer.status_code == 401, (method, path)
        with_key = {"Authorization": f"Bearer {key}"}
        for path in ruling:
            assert (await admin.post(path, headers=with_key)).status_code == 403, path
    assert await sandbox_of(desk_app).store.run(sandbox_key) == key


async def test_only_whoever_may_act_sees_the_way_to_the_payment_page(desk_app: Starlette) -> None:
    values = {"access_id": "a" * 32, "access_pass": "b" * 32, "token": "t" * 10}
    start = "http://127.0.0.1:1/sandbox/payment/NetCashStart.idPass"
    order = an_order(desk_app, "L1", start_url=start, **values)
    async with browser_for(desk_app, OPERATOR) as operator:
        made = await operator.post(f"/orders/{order.id}/launches", data={"then": "show"})
        assert made.status_code == 303
        assert "/pay/" in (await operator.get(f"/orders/{order.id}")).text
    async with browser_for(desk_app, VIEWER) as viewer:
        assert "/pay/" not in (await viewer.get(f"/orders/{order.id}")).text
