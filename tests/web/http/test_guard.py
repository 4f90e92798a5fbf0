"""The door: who gets in where, from which site, and what every answer carries."""

import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders

from app.addresses import networks
from app.desk.permissions import Permission
from app.main import create_app
from app.settings import Settings
from app.web.http.forwarded import Proxies
from app.web.http.headers import add_security_headers
from app.web.http.routing import Route
from app.web.routes import routes
from tests.cast import VIEWER
from tests.conftest import browser_for

pytestmark = pytest.mark.anyio

PUBLIC = {
    "/netcash/return",
    "/netcash/return/{key:path}",
    "/netcash/copies",
    "/api/v1/openapi.json",
    "/api/v1/orders",
    "/api/v1/orders/{ShopID}/{OrderID}",
    "/api/v1/callbacks",
    "/api/v1/lookups",
    "/api/v1/{path:path}",
    "/netcash/notify",
    "/pay/{key}",
    "/sandbox/payment/{path:path}",
    "/sandbox/guide",
    "/sandbox/api/{path:path}",
    "/sandbox/openapi.json",
    "/healthz",
    "/readyz",
    "/metrics",
    "/login",
    "/login/link",
    "/login/preferences",
    "/static/{path:path}",
    "/favicon.ico",
    "/signing-key",
}
"""The contract's whole list of what answers without a sign-in."""

STREAM = {"Accept": "text/event-stream"}
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1/orders?q=A1"}


def is_public(line: Route) -> bool:
    return line.permission is Permission.OPEN


def named(case: object) -> str:
    return case.name if isinstance(case, Route) else str(case)


@pytest.mark.parametrize("line", [line for line in routes(None) if is_public(line)], ids=named)
def test_what_is_public_is_in_the_contract(line: Route) -> None:
    assert line.path in PUBLIC


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("headers", [{}, HTMX, STREAM], ids=["page", "htmx", "stream"])
async def test_an_unknown_address_looks_like_a_hidden_one(
    visitor: httpx.AsyncClient, method: str, headers: dict[str, str]
) -> None:
    hidden = await visitor.request(method, "/settings/shops", headers=headers)
    unknown = await visitor.request(method, "/settings/xxxxx", headers=headers)
    assert hidden.status_code == unknown.status_code
    assert str(hidden.headers).replace("shops", "xxxxx") == str(unknown.headers)
    assert hidden.content == unknown.content


async def test_a_page_comes_back_after_the_sign_in(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/settings/shops?env=test&a=%20b")
    wanted = httpx.URL(answer.headers["location"]).params["next"]
    assert wanted == "/settings/shops?env=test&a=%20b"


async def test_htmx_is_told_to_go_to_the_sign_in(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/settings/shops", headers=HTMX)
    assert answer.status_code == 200
    assert answer.headers["hx-redirect"] == "/login?next=/orders%3Fq%3DA1"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/sandbox/payment/%0A", 404),
        ("/sandbox/payment/%0AEntryTranNetcash.idPass", 200),
        ("/sandbox/api/trades/%0A/scenario", 401),
        ("/static/%0A", 405),
    ],
)
async def test_a_line_break_in_an_address_leads_nobody_to_the_sign_in(
    visitor: httpx.AsyncClient, address: str, status: int
) -> None:
    assert (await visitor.post(address)).status_code == status


@pytest.mark.parametrize("address", ["http://[", "//[::g]/orders", "http://]", "%"])
async def test_whatever_htmx_is_said_to_show_is_answered(
    visitor: httpx.AsyncClient, address: str
) -> None:
    answer = await visitor.get("/orders", headers=HTMX | {"HX-Current-URL": address})
    assert answer.status_code == 200
    assert answer.headers["hx-redirect"].startswith("/login")


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("desk.example.jp", True),
        ("DESK.example.jp:443", True),
        ("desk.internal", True),
        ("localhost:8000", True),
        ("127.0.0.1", True),
        ("[::1]:8000", True),
        ("evil.example", False),
        ("desk.example.jp.evil.example", False),
        ("192.0.2.7", False),
    ],
)
async def test_once_its_name_is_known_the_desk_answers_to_no_other(
    settings: Settings, host: str, known: bool
) -> None:
    names = {"public_url": "https://desk.example.jp", "allowed_hosts": ("desk.internal",)}
    named = {"Host": host}
    async with browser_for(create_app(settings.model_copy(update=names)), None) as visitor:
        for path in ("/login", "/netcash/return", "/sandbox/guide", "/static/desk.css"):
            answer = await visitor.get(path, headers=named)
            assert answer.status_code == (200 if known else 421), path
        sent = await visitor.post("/netcash/notify/x", headers=named, content=b"")
        assert (sent.status_code != 421) == known


async def test_probes_may_ask_by_any_name(settings: Settings) -> None:
    named = settings.model_copy(update={"public_url": "https://desk.example.jp"})
    app = create_app(named)
    async with app.router.lifespan_context(app), browser_for(app, None) as visitor:
        for path in ("/healthz", "/readyz", "/metrics"):
            answer = await visitor.get(path, headers={"Host": "192.0.2.7"})
            assert answer.status_code == 200, path


async def test_as_long_as_its_name_is_not_known_any_is_answered(
    visitor: httpx.AsyncClient,
) -> None:
    assert (await visitor.get("/login", headers={"Host": "desk.lan"})).status_code == 200


async def test_a_sandbox_nobody_asked_for_is_there_for_this_machine_alone(
    settings: Settings,
) -> None:
    usual = settings.model_copy(update={"sandbox": None})
    async with browser_for(create_app(usual), None) as visitor:
        for host, status in (("localhost:8000", 401), ("desk.lan", 404)):
            answer = await visitor.get("/sandbox/openapi.json", headers={"Host": host})
            assert answer.status_code == status, host


async def test_who_speaks_for_others_without_being_named_is_said_once(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(settings)
    async with browser_for(app, None) as visitor:
        await visitor.get("/healthz")
        before = app.state.proxies.unnamed
        for _ in range(3):
            await visitor.get("/healthz", headers={"X-Forwarded-For": "203.0.113.9"})
    assert (before, app.state.proxies.unnamed) == (None, "127.0.0.1")
    assert caplog.text.count("TRUSTED_PROXIES does not name it") == 1


async def test_a_stream_gets_401(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/settings/shops", headers=STREAM)
    assert (answer.status_code, answer.content) == (401, b"")


async def test_a_role_that_is_too_small_is_refused_with_a_page(desk_app: Starlette) -> None:
    async with browser_for(desk_app, VIEWER) as viewer:
        answer = await viewer.post("/settings/shops")
        assert answer.status_code == 403
        assert "Your role does not allow this" in answer.text


async def test_a_cookie_that_is_nobodys_is_no_sign_in(visitor: httpx.AsyncClient) -> None:
    visitor.cookies.set("desk_session", "made-up")
    assert (await visitor.get("/settings/shops")).status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "made-up"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "OWN"}, 403),
        ({"Origin": "OWN"}, 303),
        ({"Origin": "https://desk.example.jp"}, 303),
        ({"Origin": "https://desk.example.jp:443"}, 403),
        ({"Origin": "http://desk.example.jp"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({}, 303),
    ],
)
async def test_a_change_asked_for_by_another_site_is_refused(
    settings: Settings, headers: dict[str, str], status: int
) -> None:
    known = {"public_url": "https://desk.example.jp", "allowed_hosts": ("10.0.0.5",)}
    public = settings.model_copy(update=known)
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(public)), base_url="http://10.0.0.5:8000"
    )
    own = {name: value.replace("OWN", "http://10.0.0.5:8000") for name, value in headers.items()}
    async with client:
        answer = await client.post("/settings/shops", headers=own)
        assert answer.status_code == status
        assert (await client.get("/login", headers=own)).status_code == 200


async def test_the_cross_origin_check_comes_before_the_routing(
    visitor: httpx.AsyncClient,
) -> None:
    foreign = {"Origin": "https://evil.example"}
    for path in ("/login", "/nowhere", "/orders", "/healthz", "/netcash", "/sandbox/guide"):
        assert (await visitor.post(path, headers=foreign)).status_code == 403, path
    for path in ("/netcash/nothing", "/sandbox/payment/Nothing.idPass"):
        assert (await visitor.post(path, headers=foreign)).status_code != 403, path


@pytest.mark.parametrize("path", ["/login", "/healthz", "/nowhere", "/static/nothing.css"])
async def test_every_answer_carries_the_security_headers(
    client: httpx.AsyncClient, path: str
) -> None:
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers


def test_what_an_endpoint_says_of_itself_is_left_alone() -> None:
    own = {"Content-Security-Policy": "sandbox allow-forms", "Cache-Control": "public"}
    headers = MutableHeaders(own | {"Referrer-Policy": "no-referrer"})
    add_security_headers(headers, secure=False)
    assert headers["content-security-policy"] == "sandbox allow-forms"
    assert headers["cache-control"] == "public"
    assert headers["referrer-policy"] == "no-referrer"
    # A browser shows no page that is sandboxed and has an opener policy too.
    assert "cross-origin-opener-policy" not in headers


async def test_behind_https_browsers_are_told_to_stay_with_it(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"public_url": "https://desk.example.jp"}))
    async with browser_for(app, None) as client:
        answer = await client.get("/login")
    assert answer.headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize(
    ("peer", "headers", "client", "scheme"),
    [
        ("10.0.0.1", {}, "10.0.0.1", "http"),
        ("10.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, "203.0.113.9", "http"),
        ("10.0.0.1", {"X-Forwarded-For": "1.1.1.1, 203.0.113.9"}, "203.0.113.9", "http"),
        ("10.0.0.1", {"X-Forwarded-For": "203.0.113.9, 10.0.0.2"}, "203.0.113.9", "http"),
        ("10.0.0.1", {"X-Forwarded-For": "203.0.113.9, unknown"}, "10.0.0.1", "http"),
        ("10.0.0.1", {"X-Forwarded-Proto": "https"}, "10.0.0.1", "https"),
        ("10.0.0.1", {"X-Forwarded-Proto": "gopher"}, "10.0.0.1", "http"),
        ("10.0.1.1", {"X-Forwarded-For": "1.1.1.1"}, "10.0.1.1", "http"),
        ("10.0.1.1", {"X-Forwarded-Proto": "https"}, "10.0.1.1", "http"),
        ("2001:db8::1", {"X-Forwarded-For": "2001:db8::9"}, "2001:db8::9", "http"),
    ],
)
def test_only_a_trusted_proxy_is_believed(
    peer: str, headers: dict[str, str], client: str, scheme: str
) -> None:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "client": (peer, 5), "scheme": "http", "headers": raw}
    Proxies(networks(("10.0.0.0/24", "2001:db8::1"))).apply(scope)
    assert (scope["client"][0], scope["scheme"]) == (client, scheme)


async def test_no_address_is_built_from_the_host_header(client: httpx.AsyncClient) -> None:
    host = {"Host": "evil.example"}
    assert (await client.get("/settings/shops/", headers=host)).status_code == 404
    hidden = await client.get("/settings/shops", headers=host | {"Cookie": "none=1"})
    assert hidden.headers["location"].startswith("/login")
    for path in ("/settings/shops", "/settings/account", "/login"):
        assert "evil.example" not in (await client.get(path, headers=host)).text
    for path in ("/sandbox/api/state/", "/sandbox/hosts/", "/sandbox/guide/"):
        for method in ("GET", "POST"):
            answer = await client.request(method, path, headers=host)
            assert "evil.example" not in answer.headers.get("location", ""), path


async def test_the_environment_is_the_one_last_asked_for(client: httpx.AsyncClient) -> None:
    def shown(answer: httpx.Response) -> str:
        found = re.search(r'<body data-environment="(\w*)"', answer.text)
        assert found
        return found[1]

    path = "/settings/account"
    assert shown(await client.get(path)) == "sandbox"
    assert shown(await client.get(f"{path}?env=test")) == "test"
    assert shown(await client.get(path)) == "test"
    assert shown(await client.get(f"{path}?env=nowhere")) == "test"


async def test_while_the_sandbox_is_off_nothing_of_it_answers(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"sandbox": "off"}))
    async with browser_for(app, None) as visitor:
        for path in ("/sandbox/guide", "/sandbox/payment/EntryTranNetcash.idPass"):
            assert (await visitor.get(path)).status_code == 404
            assert (await visitor.post(path)).status_code == 404
