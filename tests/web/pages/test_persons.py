"""A customer is looked for, taken along and erased in the browser."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.clock import now
from app.protocol.checkstring import Verdict
from app.records.orders import Order, Source
from tests.reading import Shown
from tests.web.pages.rows import a_callback, an_order

pytestmark = pytest.mark.anyio

NAME = "髙橋 花子"


def paid(app: Starlette, order_id: str, **values: Any) -> Order:
    usual: dict[str, Any] = {"source": Source.LOOKUP, "confirmed_at": now(), "client_field1": NAME}
    return an_order(app, order_id, **({"status": "PAYSUCCESS"} | usual | values))


async def test_a_word_that_others_say_too_is_ticked_by_a_person_alone(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    paid(desk_app, "A1001", client_field2="電子書籍「北の灯台」")
    paid(desk_app, "B2002", client_field1="佐藤 一郎", client_field2="電子書籍「北の灯台」")
    found = await client.post("/settings/persons/searches", data={"word": "A1001"})
    words = {
        one.partition('"')[0]: " checked" in one.partition(">")[0]
        for one in found.text.split('name="person_word" value="')[1:]
    }
    assert words == {NAME: True, "電子書籍「北の灯台」": False}


async def test_a_customer_is_found_taken_along_and_erased(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order, namesake = paid(desk_app, "A1001"), paid(desk_app, "B2002", client_field1=None)
    callback = a_callback(desk_app, "A1001", Verdict.MISMATCH, order_key=order.id)
    found = await client.post("/settings/persons/searches", data={"word": "髙橋花子"})
    assert f'value="{order.id}"' in found.text
    assert f'value="{namesake.id}"' not in found.text
    row = found.text.partition('data-row-kind="callbacks"')[2].partition("</tr>")[0]
    assert 'data-held="1"' in row
    assert f"/callbacks/{callback.id}" in row

    chosen = {"word": NAME, "chosen": "1", "order": order.id, "person_word": NAME}
    file = await client.post("/settings/persons/exports", data=chosen)
    assert file.headers["content-disposition"].startswith('attachment; filename="customer-')
    assert json.loads(file.text)["orders"][0]["client_field1"] == NAME

    unmeant = await client.post("/settings/persons/erasures", data=chosen | {"reason": "asked"})
    assert unmeant.status_code == 422
    assert set(Shown(unmeant).all("data-error-for")) == {"confirmed"}

    meant = chosen | {"reason": "asked for by letter", "confirmed": "on"}
    erased = await client.post("/settings/persons/erasures", data=meant)
    assert (erased.status_code, erased.headers["location"]) == (303, "/settings/persons?erased")
    again = await client.post("/settings/persons/searches", data={"word": NAME})
    assert f'value="{order.id}"' not in again.text
    for address in (f"/orders/{order.id}", f"/callbacks/{callback.id}"):
        page = (await client.get(address)).text
        assert "asked for by letter" in page
        assert NAME not in page
    assert "asked for by letter" in (await client.get("/settings/persons?erased")).text
    with desk_app.state.desk.database.reading() as session:
        kept = session.exec(select(Order).where(Order.id == order.id)).one()
    assert (kept.amount, kept.status) == (1000, "PAYSUCCESS")


async def test_what_cannot_be_erased_yet_says_why(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = paid(desk_app, "A1001", status="PAYSTART")
    found = await client.post("/settings/persons/searches", data={"word": NAME})
    assert 'data-refusal="1"' in found.text
    meant = {"order": order.id, "word": NAME, "chosen": "1", "reason": "x", "confirmed": "on"}
    refused = await client.post("/settings/persons/erasures", data=meant)
    assert refused.status_code == 422
    assert "It can still be paid" in refused.text


async def test_a_word_that_finds_nobody_and_none_at_all_are_pages(
    client: httpx.AsyncClient,
) -> None:
    for word in ("nobody-at-all", "", " ", "%", "\ufffd", "x" * 4000):
        for noun in ("searches", "exports", "erasures"):
            answer = await client.post(f"/settings/persons/{noun}", data={"word": word})
            assert answer.status_code in (200, 422), (word, noun)
