"""What needs a person: every figure and every list says the same, and each entry has a way out."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest
from sqlmodel import col, select, update
from starlette.applications import Starlette

from app.clock import now
from app.protocol.checkstring import Verdict
from app.protocol.statuses import Status
from app.records.accounts import AuditEntry
from app.records.callbacks import Callback
from app.records.dropped_callbacks import UNSTORED, Limit, count_dropped
from app.records.orders import Conflict, Order, Origin
from app.records.shops import Environment
from tests.cast import VIEWER
from tests.conftest import browser_for
from tests.desk.callbacks.cast import body, tampered
from tests.web.pages.rows import a_callback, an_order

pytestmark = pytest.mark.anyio

REASON = {"Reason": "Our own test, nobody paid"}


async def bring(client: httpx.AsyncClient, raw: bytes) -> None:
    assert (await client.post("/netcash/return", content=raw)).status_code == 200


def unsigned(order_id: str) -> bytes:
    return body(order_id).split(b"&CheckString")[0]


def lose(app: Starlette, number: int = 3) -> None:
    """Results that could not be stored, put on record since."""
    with app.state.desk.database.writing() as session:
        count_dropped(session, UNSTORED, Limit.STORAGE, number)


def kinds(page: str) -> list[str]:
    return re.findall(r'data-attention="([^"]*)"', page)


def figures(page: str) -> list[str]:
    return re.findall(r'data-attention-count="([^"]*)"', page)


async def entries(client: httpx.AsyncClient) -> list[str]:
    """The kinds of all entries; every figure and every list has the same number of them."""
    overview = (await client.get("/?env=sandbox")).text
    listed = (await client.get("/orders?env=sandbox&status=attention")).text
    shown = kinds(overview)
    assert sorted(kinds(listed)) == sorted(shown)
    number = str(len(shown))
    # The title, the menu, the figure and (where there is something) the link to the rest.
    assert set(figures(overview)) == {number}
    assert len(figures(overview)) == (4 if shown else 3)
    assert figures(listed) == [number] * 3
    for page in (overview, listed, (await client.get("/callbacks?env=sandbox")).text):
        title = re.findall(r"<title[^>]*>(.*?)</title>", page, re.DOTALL)[0]
        assert title.startswith(f"({number}) ") is bool(shown)
        assert figures(page)[0] == number
    return shown


def order_of(app: Starlette, key: str) -> Order:
    with app.state.desk.database.reading() as session:
        order: Order = session.get_one(Order, key)
        return order


async def test_a_calm_desk_shows_nought_everywhere(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "CALM")
    an_order(desk_app, "DRAFT", "unknown", source=None)
    assert await entries(client) == []


async def test_every_kind_counts_once_for_each_order(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "SPLIT", conflict=Conflict.STATUS, conflict_at=now())
    an_order(desk_app, "DARK", "unknown")
    an_order(desk_app, "MET", "unknown", source=None, status_at=None, origin=Origin.CALLBACK)
    an_order(desk_app, "FORGED")
    an_order(desk_app, "ELSEWHERE", conflict=Conflict.STATUS, environment=Environment.TEST)
    for raw in (tampered("FORGED"), unsigned("FORGED"), tampered("SPLIT")):
        await bring(client, raw)
    lose(desk_app)
    assert await entries(client) == [
        "lost-results",
        "conflict",
        "unproven-result",
        "first-met",
        "unanswered-call",
    ]
    overview = (await client.get("/")).text
    assert "2 results name it and prove nothing" in overview


async def test_what_names_no_order_of_ours_cannot_fill_the_list(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "PAID", "PAYSUCCESS")
    for number in range(5):
        await bring(client, tampered(f"NOBODY-{number}"))
        await bring(client, body("PAID", shop=f"nobody{number}"))
        await bring(client, unsigned("PAID"))
    assert await entries(client) == []


async def test_nothing_leaves_by_its_age(client: httpx.AsyncClient, desk_app: Starlette) -> None:
    order = an_order(desk_app, "A1")
    await bring(client, tampered("A1"))
    lose(desk_app)
    long_ago = now() - timedelta(days=400)
    with desk_app.state.desk.database.writing() as session:
        old = update(Order).where(col(Order.id) == order.id)
        session.connection().execute(old.values(unproven_at=long_ago, created_at=long_ago))
    assert await entries(client) == ["lost-results", "unproven-result"]


@pytest.mark.parametrize("spoilt", [tampered, unsigned])
async def test_both_pages_say_to_ask_now(
    client: httpx.AsyncClient, desk_app: Starlette, spoilt: Callable[[str], bytes]
) -> None:
    order = an_order(desk_app, "A1")
    await bring(client, spoilt("A1"))
    with desk_app.state.desk.database.reading() as session:
        callback = session.exec(select(Callback.id)).one()
    for address in (f"/orders/{order.id}", f"/callbacks/{callback}"):
        page = (await client.get(address)).text
        assert re.findall(r'data-next-step="(.*?)"', page) == ["ask-gateway"], address
        assert "1 result names this order and proves nothing" in page
        assert f'action="/orders/{order.id}/lookups"' in page
    assert 'data-status="REQSUCCESS"' in (await client.get(f"/orders/{order.id}")).text


async def test_a_person_says_why_nobody_need_ask(
    operator: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_order(desk_app, "A1")
    await bring(operator, tampered("A1"))
    answer = await operator.post(f"/orders/{order.id}/dismissals", data=REASON)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/orders/{order.id}")
    assert await entries(operator) == []
    page = (await operator.get(f"/orders/{order.id}")).text
    assert 'data-next-step="send-customer"' in page or 'data-next-step="wait' in page
    assert f"ogawa@example.jp: {REASON['Reason']}" in page
    with desk_app.state.desk.database.reading() as session:
        [entry] = session.exec(
            select(AuditEntry).where(AuditEntry.action == "unproven-dismissed")
        ).all()
    assert (entry.email, entry.subject) == ("ogawa@example.jp", "A1")
    assert json.loads(entry.detail) == {"reason": REASON["Reason"], "results": 1}


async def test_after_a_word_the_next_results_wait_an_hour(
    operator: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_order(desk_app, "A1")
    await bring(operator, tampered("A1"))
    await operator.post(f"/orders/{order.id}/dismissals", data=REASON)
    await bring(operator, unsigned("A1"))
    assert await entries(operator) == []
    page = (await operator.get(f"/orders/{order.id}")).text
    assert "2 results name this order and prove nothing" in page
    assert "they are listed again from" in page
    with desk_app.state.desk.database.writing() as session:
        session.get_one(Order, order.id).spoken_at = now() - timedelta(minutes=60)
    assert await entries(operator) == ["unproven-result"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Say why: it is recorded with your name."), ("ja", "理由を入力してください")],
)
async def test_a_word_without_a_reason_is_none(
    operator: httpx.AsyncClient, desk_app: Starlette, language: str, words: str
) -> None:
    order = an_order(desk_app, "A1")
    await bring(operator, tampered("A1"))
    lose(desk_app)
    operator.headers["Accept-Language"] = language
    for address in (f"/orders/{order.id}/dismissals", "/lost-results/dismissals"):
        answer = await operator.post(address, data={"Reason": "  "})
        assert answer.status_code == 422
        [error] = re.findall(r'data-error-for="Reason">.*?</svg>(.*?)<', answer.text)
        assert words in error
    assert await entries(operator) == ["lost-results", "unproven-result"]


async def test_a_viewer_may_read_and_not_dismiss(desk_app: Starlette) -> None:
    order = an_order(desk_app, "A1")
    lose(desk_app)
    async with browser_for(desk_app, VIEWER) as viewer:
        await bring(viewer, tampered("A1"))
        for address in (f"/orders/{order.id}/dismissals", "/lost-results/dismissals"):
            assert (await viewer.post(address, data=REASON)).status_code == 403
        for page in ("/", f"/orders/{order.id}"):
            assert "/dismissals" not in (await viewer.get(page)).text
        assert await entries(viewer) == ["lost-results", "unproven-result"]


async def test_an_unknown_order_cannot_be_dismissed(operator: httpx.AsyncClient) -> None:
    assert (await operator.post("/orders/nobody/dismissals", data=REASON)).status_code == 404
    assert (await operator.post("/orders/nobody/dismissals")).status_code == 404


async def test_where_nothing_waits_a_word_changes_nothing(
    operator: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_order(desk_app, "A1")
    assert (await operator.post(f"/orders/{order.id}/dismissals", data=REASON)).status_code == 303
    assert order_of(desk_app, order.id).spoken_at is None


async def test_lost_results_leave_by_a_word_and_come_back_with_the_next_loss(
    operator: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "CALM")
    lose(desk_app, 3)
    assert await entries(operator) == ["lost-results"]
    assert "3 results of customers could not be stored" in (await operator.get("/")).text
    answer = await operator.post("/lost-results/dismissals", data={"Reason": "Disk replaced"})
    assert answer.status_code == 303
    assert await entries(operator) == []
    with desk_app.state.desk.database.reading() as session:
        [entry] = session.exec(select(AuditEntry).where(AuditEntry.action == "losses-seen")).all()
    assert json.loads(entry.detail) == {"reason": "Disk replaced", "results": 3}
    lose(desk_app, 1)
    assert await entries(operator) == ["lost-results"]
    assert "1 result of a customer could not be stored" in (await operator.get("/")).text


async def test_the_rest_is_behind_the_link(client: httpx.AsyncClient, desk_app: Starlette) -> None:
    for number in range(23):
        an_order(desk_app, f"A{number}", "unknown")
    overview = (await client.get("/")).text
    assert len(kinds(overview)) == 20
    assert set(figures(overview)) == {"23"}
    [link] = set(re.findall(r'href="(/orders\?[^"]*status=attention)"', overview))
    assert len(kinds((await client.get(link.replace("&amp;", "&"))).text)) == 23


async def test_an_order_with_an_unproven_result_is_marked_in_every_list(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "A1")
    await bring(client, tampered("A1"))
    listed = (await client.get("/orders")).text
    assert "Unproven result" in listed
    assert kinds(listed) == []


Event = Callable[[httpx.AsyncClient, Starlette, Order], Awaitable[object]]


async def _look_away(_: httpx.AsyncClient, app: Starlette, order: Order) -> None:
    """An hour passes for what was said of this order."""
    with app.state.desk.database.writing() as session:
        row = session.get_one(Order, order.id)
        row.spoken_at = row.spoken_at and row.spoken_at - timedelta(minutes=61)


async def _lose(_: httpx.AsyncClient, app: Starlette, __: Order) -> None:
    lose(app)


async def _settle(client: httpx.AsyncClient, _: Starlette, order: Order) -> None:
    data = {"believe": "keep"} | REASON
    await client.post(f"/orders/{order.id}/settlements", data=data)


EVENTS: tuple[Event, ...] = (
    lambda client, _, order: bring(client, tampered(order.order_id)),
    lambda client, _, order: bring(client, unsigned(order.order_id)),
    lambda client, _, order: bring(client, body(order.order_id, shop="someoneelse")),
    lambda client, _, order: bring(client, body(order.order_id)),
    lambda client, _, order: bring(client, body(order.order_id, Status.PAYFAIL)),
    lambda client, _, order: client.post(f"/orders/{order.id}/dismissals", data=REASON),
    lambda client, _, __: client.post("/lost-results/dismissals", data=REASON),
    _look_away,
    _lose,
    _settle,
)


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 20))]
)
async def test_after_whatever_happens_all_say_the_same(
    operator: httpx.AsyncClient, desk_app: Starlette, seed: int
) -> None:
    chance = random.Random(seed)
    statuses = ("REQSUCCESS", "PAYSTART", "unknown")
    orders = [an_order(desk_app, f"A{n}", status) for n, status in enumerate(statuses)]
    for _ in range(12):
        await chance.choice(EVENTS)(operator, desk_app, chance.choice(orders))
        await entries(operator)


async def test_a_mismatch_of_no_order_stays_among_the_callbacks(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    a_callback(desk_app, "NOBODY", Verdict.MISMATCH)
    assert await entries(client) == []
    assert "NOBODY" in (await client.get("/callbacks?verdict=mismatch")).text
