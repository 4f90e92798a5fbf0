"""The lists as CSV files: the whole filtered set, as spreadsheets read it, and harmless to them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import delete, update
from starlette.applications import Starlette

from app.clock import now
from app.protocol.checkstring import Verdict
from app.records.derived_columns import NOT_FILED
from app.records.order_search import OrderSearch
from app.records.orders import Order, Source
from app.web.http.csv_download import csv_download
from app.web.pages.downloads import BATCH
from tests.queries import counted_queries
from tests.web.pages.rows import a_callback, an_order

pytestmark = pytest.mark.anyio


async def rows(client: httpx.AsyncClient, address: str, language: str = "en") -> list[list[str]]:
    """The cells of a CSV file, whose outer form is right."""
    answer = await client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    text = answer.content.decode("utf-8-sig")
    assert text.endswith("\r\n")
    assert text.count("\n") == text.count("\r\n")
    return list(csv.reader(io.StringIO(text, newline="")))


async def test_the_orders_of_a_list_are_exported_with_the_same_query(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "A1", client_field2="佐藤 花子", client_field1='a "b", c')
    an_order(desk_app, "A2", "PAYSUCCESS", tax=80, confirmed_at=now(), source=Source.CALLBACK)
    an_order(desk_app, "B3", "PAYSUCCESS", source=Source.CALLBACK)
    head, *orders = await rows(client, "/orders.csv?q=a&sort=order")
    assert [order[0] for order in orders] == ["A1", "A2"]
    cells = dict(zip(head, orders[0], strict=True))
    assert (cells["ShopID"], cells["Status"], cells["Amount"]) == (
        "tshop00000001",
        "REQSUCCESS",
        "1000",
    )
    assert (cells["ClientField1"], cells["ClientField2"]) == ('a "b", c', "佐藤 花子")
    paid = dict(zip(head, orders[1], strict=True))
    assert (paid["Total"], paid["Reported or confirmed"]) == ("1080", "Confirmed")
    assert paid["Paid (JST)"] == paid["Status since (JST)"]
    assert cells["Paid (JST)"] == ""
    japanese, *_ = await rows(client, "/orders.csv", "ja")
    assert japanese[:3] == ["OrderID", "ShopID", "Status"]
    assert "作成 (JST)" in japanese


async def test_the_list_links_to_its_own_export(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "A1")
    page = (await client.get("/orders?status=waiting&sort=amount")).text
    assert 'href="/orders.csv?status=waiting&amp;sort=amount&amp;env=sandbox"' in page
    assert 'href="/callbacks.csv?env=sandbox"' in (await client.get("/callbacks")).text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
async def test_no_cell_is_a_formula(
    client: httpx.AsyncClient, desk_app: Starlette, start: str
) -> None:
    an_order(desk_app, "A1", client_field1=f"{start}HYPERLINK(1)")
    head, order = await rows(client, "/orders.csv")
    assert order[head.index("ClientField1")] == f"'{start}HYPERLINK(1)"


async def test_the_export_of_callbacks_is_filtered_like_their_list(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    a_callback(desk_app, "A1", Verdict.VERIFIED, tags="late")
    first = a_callback(desk_app, "B2", Verdict.MISMATCH)
    a_callback(desk_app, "B2", Verdict.MISMATCH, copy_of=first.id)
    head, *all_of_them = await rows(client, "/callbacks.csv")
    assert [row[head.index("OrderID")] for row in all_of_them] == ["B2", "A1"]
    assert [row[head.index("Repeats")] for row in all_of_them] == ["1", "0"]
    _, only = await rows(client, "/callbacks.csv?verdict=verified&q=A")
    assert only[head.index("OrderID")] == "A1"
    assert await rows(client, "/callbacks.csv?from=2020-01-01&to=2020-01-02") == [head]
    refused = await client.get("/callbacks.csv?from=nonsense")
    assert refused.headers["location"] == "/callbacks?from=nonsense"
    page = (await client.get("/callbacks?from=nonsense")).text
    assert 'data-error-for="from"' in page


async def test_every_row_is_exported_batch_by_batch(
    client: httpx.AsyncClient, desk_app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert BATCH <= 1000
    monkeypatch.setattr("app.web.pages.downloads.BATCH", 3)
    for number in range(10):
        an_order(desk_app, f"A{number}", amount=number % 2 + 1)
    for query in ("", "?sort=amount", "?q=a", "?sort=paid"):
        with counted_queries(desk_app) as asked:
            _, *orders = await rows(client, f"/orders.csv{query}")
        assert sorted(order[0] for order in orders) == [f"A{number}" for number in range(10)]
        batches = [one for one in asked if "orders.client_field1" in one and "LIMIT" in one]
        # What has no value to be sorted by is read behind the rest.
        assert len([one for one in batches if "orders.filed <" not in one]) in (4, 5)


async def test_an_export_of_a_search_holds_what_is_not_filed_yet(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    kept = [an_order(desk_app, f"A{number}", client_field1="佐藤") for number in range(3)]
    with desk_app.state.desk.database.writing() as session:
        session.connection().execute(delete(OrderSearch))
        session.connection().execute(update(Order).values(filed=NOT_FILED))
    _, *orders = await rows(client, "/orders.csv?q=佐藤")
    assert len(orders) == len(kept)


async def test_the_next_batch_is_read_once_the_last_one_has_gone() -> None:
    read: list[int] = []

    def batches() -> Iterator[list[list[int]]]:
        for number in range(3):
            read.append(number)
            yield [[number]]

    chunks = csv_download("x.csv", batches()).body_iterator
    assert await anext(aiter(chunks)) == b"\xef\xbb\xbf"
    assert await anext(aiter(chunks)) == b"0\r\n"
    assert read == [0]


async def test_a_visitor_gets_no_export(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.get("/orders.csv")).status_code in {302, 303, 307}
