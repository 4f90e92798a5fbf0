"""The charts of the orders' outcomes, and the same figures as tables that lead to their lists."""

from __future__ import annotations

import re

import httpx
import pytest
from starlette.applications import Starlette

from app.clock import now
from app.desk.orders.outcomes import Slot
from app.gateway import Outcome
from app.protocol.wire import JST
from app.web.presentation.charts import HEIGHT, chart_of
from tests.web.pages.rows import an_exchange, an_order
from tests.web.pages.test_orders import listed

pytestmark = pytest.mark.anyio


def slot(hour: int, paid: int, not_paid: int, before: int) -> Slot:
    return Slot(hour, paid, not_paid, 0, 0, before, 0, 0)


def test_bars_stand_on_each_other_and_the_highest_fills_the_picture() -> None:
    chart = chart_of([slot(0, 3, 1, 0), slot(1, 0, 0, 2)])
    assert chart.most == 4
    paid, not_paid = chart.columns[0].bars
    assert (paid.part, paid.height, paid.y) == ("paid", HEIGHT * 3 / 4, HEIGHT / 4)
    assert (not_paid.part, not_paid.y) == ("not_paid", 0)
    assert chart.columns[1].bars == []
    assert chart.columns[1].before_y == HEIGHT / 2
    assert chart_of([slot(0, 0, 0, 0)]).most == 0


async def test_each_figure_of_a_day_leads_to_the_list_that_it_counts(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "A1", "PAYSUCCESS")
    an_order(desk_app, "A2", "PAYFAIL")
    today = now().astimezone(JST).date()
    page = (await client.get("/outcomes")).text
    row = page.split(f'data-slot="{today}"')[1].split("</tr>")[0]
    figures = re.findall(r'href="/orders\?(.*?)">(\d+)</a>', row)
    assert [number for _, number in figures] == ["2", "1", "1", "1"]
    for query, number in figures:
        assert len(await listed(client, query.replace("&amp;", "&"))) == int(number)
    assert page.count('<rect class="chart-paid" x=') == 2
    assert 'hx-get="/outcomes?env=sandbox"' in (await client.get("/")).text
    part = await client.get(
        "/outcomes", headers={"HX-Request": "true", "HX-Request-Type": "partial"}
    )
    assert "<html" not in part.text


async def test_the_gateways_answers_stand_in_a_chart_and_in_a_table(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    assert "Nothing was asked of the gateway." in (await client.get("/outcomes")).text
    for number, (outcome, ms) in enumerate(
        [(Outcome.ANSWERED, 100), (Outcome.PROTOCOL_ERROR, 300), (Outcome.NO_ANSWER, 9000)]
    ):
        an_exchange(desk_app, f"A{number}", outcome=outcome, duration_ms=ms)
    page = (await client.get("/outcomes")).text
    row = re.findall(r"data-gateway-hour=.*?</tr>", page, re.DOTALL)[-1]
    assert re.findall(r'<td class="number"[^>]*>(.*?)</td>', row) == [
        *("3", "1", "1", "1"),
        *("100 ms", "300 ms"),
    ]
    for part in ("answered", "refused", "failed"):
        assert page.count(f'<rect class="chart-{part}" x=') == 1
    assert page.count('<line class="chart-p95" x1="') == 2  # the legend's, and the hour's
