"""The list of orders as somebody lives in it: spans of days, columns, views, news, neighbours."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette

from app.clock import now
from app.records.keys import key_at
from app.web.pages.day_spans import Span, days_of
from tests.cast import OPERATOR, VIEWER
from tests.conftest import browser_for
from tests.web.pages.rows import an_order
from tests.web.pages.test_orders import listed

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("span", "today", "first", "last"),
    [
        (Span.TODAY, date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 1)),
        (Span.YESTERDAY, date(2026, 3, 1), date(2026, 2, 28), date(2026, 2, 28)),
        (Span.THIS_WEEK, date(2026, 3, 1), date(2026, 2, 23), date(2026, 3, 1)),
        (Span.THIS_WEEK, date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 2)),
        (Span.LAST_MONTH, date(2026, 3, 31), date(2026, 2, 1), date(2026, 2, 28)),
        (Span.LAST_MONTH, date(2026, 1, 1), date(2025, 12, 1), date(2025, 12, 31)),
    ],
)
def test_a_span_of_days_is_seen_from_today(
    span: Span, today: date, first: date, last: date
) -> None:
    assert days_of(span, today) == (first, last)


async def test_a_span_in_the_address_chooses_and_shows_its_days(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    before = now() - timedelta(days=1)
    an_order(desk_app, "B1", id=key_at(before), created_at=before)
    an_order(desk_app, "A1")
    assert await listed(client, "from=today&to=today") == ["A1"]
    assert await listed(client, "from=yesterday&to=yesterday") == ["B1"]
    page = (await client.get("/orders?from=yesterday&to=yesterday")).text
    assert re.search(r'name="from" value="\d{4}-\d\d-\d\d"', page)
    assert re.search(r'href="/orders\?"\s+aria-current="true">\s*Yesterday', page)


async def test_columns_are_chosen_and_the_browser_remembers_them(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "A1", client_field2="髙橋 花子", status="PAYSUCCESS")
    assert 'data-label="ClientField2"' not in (await client.get("/orders")).text
    chosen = "/orders?columns=&columns=ClientField2&columns=paid&columns=marks&columns=made-by"
    for address in (chosen, "/orders"):
        page = (await client.get(address)).text
        labels = re.findall(r'<td[^>]* data-label="(.*?)"', page)
        assert labels == ["ClientField2", "Paid at", "Marks", "Created", "Created by"]
    assert 'data-label="Paid at"' not in (await client.get("/orders?columns=")).text
    assert 'data-label="Paid at"' not in (await client.get("/orders")).text


async def test_a_view_is_kept_under_a_name_and_given_up(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "A1")
    query = "from=today&to=today&columns=paid&sort=-amount"
    kept = await client.post(
        "/views", data={"List": "orders", "Name": " Today  paid ", "Query": f"{query}&before=x"}
    )
    assert (kept.status_code, kept.headers["location"]) == (303, f"/orders?{query}")
    page = (await client.get(kept.headers["location"])).text
    assert 'data-view="Today paid" aria-current="true"' in page
    assert 'data-view="Today paid"' in (await client.get("/orders")).text
    assert "data-view" not in (await client.get("/callbacks")).text
    removal = re.findall(r'action="(/views/[0-9a-f]+/removals)"', page)[0]
    async with browser_for(desk_app, OPERATOR) as somebody_else:
        assert "data-view" not in (await somebody_else.get("/orders")).text
        assert (await somebody_else.post(removal)).status_code == 404
    assert (await client.post(removal)).status_code == 303
    assert "data-view" not in (await client.get("/orders")).text


async def test_a_view_for_all_is_everybodys_and_a_viewer_cannot_make_one(
    operator: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "A1")
    form = {"List": "orders", "Name": "Waiting", "Query": "status=waiting", "Shared": "on"}
    assert (await operator.post("/views", data=form)).status_code == 303
    async with browser_for(desk_app, VIEWER) as viewer:
        page = (await viewer.get("/orders?status=waiting")).text
        assert 'data-view="Waiting"' in page
        assert "/removals" not in page
        refused = await viewer.post("/views", data=form)
        assert refused.status_code == 422
        assert 'data-error-for="Shared"' in refused.text
    nameless = await operator.post("/views", data=form | {"Name": " "})
    assert nameless.status_code == 422
    assert 'data-error-for="Name"' in nameless.text
    assert (await operator.post("/views", data=form | {"List": "users"})).status_code == 404


async def test_new_orders_and_changes_are_said_once_and_shown_when_asked(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "A1")
    ask = re.findall(r'hx-get="(/live/orders.*?)"', (await client.get("/orders?q=A")).text)[0]
    ask = ask.replace("&amp;", "&")
    assert (await client.get(ask)).status_code == 204
    an_order(desk_app, "A2")
    an_order(desk_app, "B3")
    news = await client.get(ask)
    assert 'data-new="1"' in news.text
    assert 'href="/orders?q=A&amp;env=sandbox"' in news.text
    again = re.findall(r'hx-get="(.*?)"', news.text)[0].replace("&amp;", "&")
    assert (await client.get(again)).status_code == 204
    key = await listed_keys(client)
    assert "/live/orders" not in (await client.get(f"/orders?before={key[0]}")).text


async def listed_keys(client: httpx.AsyncClient) -> list[str]:
    return re.findall(r'data-row href="/orders/(\w+)"', (await client.get("/orders")).text)


async def test_an_orders_page_leads_to_its_neighbours_in_the_list_its_reader_came_from(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    orders = [an_order(desk_app, f"A{number}", amount=number) for number in (3, 1, 2)]
    third, first, second = (f"/orders/{order.id}" for order in orders)
    an_order(desk_app, "B4", amount=2)
    assert "Next order" not in (await client.get(second)).text
    query = "q=a&sort=amount"
    came = {"referer": f"http://desk.example/orders?{query}"}
    page = (await client.get(second, headers=came)).text
    with_list = urlencode({"list": query})
    assert f'<a href="{first}?{with_list}" rel="prev"' in page
    assert f'<a href="{third}?{with_list}" rel="next"' in page
    assert 'href="/orders?q=a&amp;sort=amount"' in page
    last = (await client.get(f"{third}?{with_list}")).text
    assert f'<a href="{second}?{with_list}" rel="prev"' in last
    assert 'rel="next"' not in last
    # What is done on the page leads back to it.
    back = {"referer": f"http://desk.example{second}?{with_list}"}
    assert 'rel="next"' in (await client.get(second, headers=back)).text


async def test_an_order_in_a_case_that_is_not_closed_says_so_in_the_list(
    operator: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "A1")
    an_order(desk_app, "A2")
    form = {"kind": "refund", "Subject": "Money back", "OrderID": "A1"}
    case = (await operator.post("/cases?env=sandbox", data=form)).headers["location"]
    page = (await operator.get("/orders")).text
    assert re.findall(r'<a href="(.*?)" data-in-case', page) == [case]
    assert await listed(operator) == ["A2", "A1"]
