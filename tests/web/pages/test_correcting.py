"""What the gateway refuses is put right in a form that marks it, and the same locks hold."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from app.gateway import Outcome
from app.protocol.error_catalogue import CATALOGUE
from app.protocol.messages import Call
from app.protocol.words import say
from app.records.accounts import audit_entries_of
from app.records.exchanges import Exchange, exchanges_of
from app.records.orders import Order, Source
from app.records.shops import Environment, Shop
from tests.web.pages.rows import an_exchange, an_order, stored
from tests.web.pages.test_new_transaction import errors_in, fields_of

pytestmark = pytest.mark.anyio

VALUES: dict[str, Any] = {
    "tax": 80,
    "ret_url": "https://shop.example/return",
    "client_field1": "佐藤",
    "client_field2": "本",
}


def refused(app: Starlette, order_id: str, call: Call, *codes: str, **values: Any) -> Order:
    """An order that stands before a call which the gateway has refused with these codes."""
    if call is Call.ENTRY:
        claim: dict[str, Any] = {"source": None, "status_at": None, "executed_at": None}
        order = an_order(app, order_id, "unknown", **VALUES | claim | values)
    else:
        claim = {"source": Source.ENTRY, "executed_at": None, "access_id": "a" * 32}
        claim |= {"access_pass": "b" * 32}
        order = an_order(app, order_id, "UNPROCESSED", **VALUES | claim | values)
        an_exchange(app, order_id, Call.ENTRY, order_key=order.id)
    errors = {"outcome": Outcome.PROTOCOL_ERROR, "errors": "|".join(codes)}
    an_exchange(app, order_id, call, order_key=order.id, **errors)
    return order


def now_of(app: Starlette, order: Order) -> tuple[Order, list[Exchange]]:
    with app.state.desk.database.reading() as session:
        return session.get_one(Order, order.id), list(exchanges_of(session, order.id))


async def form_of(client: httpx.AsyncClient, order: Order) -> str:
    answer = await client.get(f"/orders/new?correct={order.id}")
    assert answer.status_code == 200
    return answer.text


def readonly(shown: str) -> set[str]:
    return {
        match[1]
        for one in re.findall(r"<input[^>]*>", shown)
        if "readonly" in one and (match := re.search(r'name="(\w+)"', one))
    }


async def send(
    client: httpx.AsyncClient, shown: str, action: str = "register", **typed: str
) -> httpx.Response:
    return await client.post("/orders", data=fields_of(shown) | {"action": action} | typed)


TYPED_CODES = [code for code, entry in CATALOGUE.items() if entry.field]


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_each_code_that_names_a_field_is_told_beside_it_in_the_operators_language(
    client: httpx.AsyncClient, desk_app: Starlette, language: str
) -> None:
    client.cookies.set("lang", language)
    never_refused_so = {"M01004002", "M01004010", "M01004014"}
    for code in sorted(set(TYPED_CODES) - never_refused_so):
        order = refused(desk_app, f"R{code}", Call.ENTRY, code)
        said = errors_in(await form_of(client, order))
        entry = CATALOGUE[code]
        assert list(said) == [entry.field]
        assert say(language, entry.happened) in said[entry.field]
        assert say(language, entry.advice) in said[entry.field]


async def test_a_refused_registration_is_corrected_with_the_same_number(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = refused(desk_app, "A1001", Call.ENTRY, "M01005011", "M01006006")
    page = (await client.get(f"/orders/{order.id}")).text
    assert 'data-next-step="correct-values"' in page
    assert f'href="/orders/new?correct={order.id}"' in page
    shown = await form_of(client, order)
    assert set(errors_in(shown)) == {"Amount", "Tax"}
    fields = fields_of(shown)
    assert (fields["OrderID"], fields["Amount"], fields["Tax"]) == ("A1001", "1000", "80")
    assert (fields["RetURL"], fields["ClientField1"]) == (VALUES["ret_url"], "佐藤")
    assert readonly(shown) == {"OrderID"}
    assert 'name="scenario"' not in shown
    answer = await send(client, shown, Amount="900", Tax="")
    assert answer.headers["location"] == f"/orders/{order.id}"
    fresh, exchanges = now_of(desk_app, order)
    assert (fresh.amount, fresh.tax) == (900, None)
    assert [one.call for one in exchanges] == [Call.ENTRY, Call.ENTRY]
    assert b"OrderID=A1001" in exchanges[-1].request
    assert b"Amount=900" in exchanges[-1].request
    with desk_app.state.desk.database.reading() as session:
        entry = audit_entries_of(session, order.id)[0]
    assert (entry.action, "Amount Tax" in entry.detail) == ("correct", True)
    assert "The values were corrected" in (await client.get(answer.headers["location"])).text


async def test_a_refused_payment_request_is_corrected_on_the_registered_trade(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = refused(desk_app, "A1001", Call.EXEC, "M01039013")
    shown = await form_of(client, order)
    assert list(errors_in(shown)) == ["ClientField1"]
    assert readonly(shown) == {"OrderID", "Amount", "Tax"}
    assert 'value="register"' not in shown
    answer = await send(client, shown, "execute", ClientField1="佐藤 花子")
    assert answer.headers["location"] == f"/orders/{order.id}"
    fresh, exchanges = now_of(desk_app, order)
    assert fresh.client_field1 == "佐藤 花子"
    assert [one.call for one in exchanges] == [Call.ENTRY, Call.EXEC, Call.EXEC]
    assert exchanges[-1].order_id == "A1001"


async def test_a_number_at_fault_makes_way_for_the_next_one(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = refused(desk_app, "A1001", Call.ENTRY, "M01004013")
    shown = await form_of(client, order)
    assert fields_of(shown)["OrderID"] == "A1001-1"
    assert list(errors_in(shown)) == ["OrderID"]
    assert readonly(shown) == set()
    answer = await send(client, shown, OrderID="B1")
    assert answer.headers["location"] not in ("", f"/orders/{order.id}")
    fresh, exchanges = now_of(desk_app, order)
    assert (fresh.order_id, len(exchanges)) == ("A1001", 1)


async def test_what_is_registered_is_not_changed_by_hand(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = refused(desk_app, "A1001", Call.EXEC, "M01039013")
    answer = await send(client, await form_of(client, order), "execute", Amount="1")
    assert answer.status_code == 422
    assert "another OrderID" in errors_in(answer.text)["OrderID"]
    fresh, exchanges = now_of(desk_app, order)
    assert (fresh.amount, len(exchanges)) == (1000, 2)


async def test_with_another_number_everything_can_be_changed(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = refused(desk_app, "A1001", Call.EXEC, "M01039013")
    shown = await form_of(client, order)
    assert "Use A1001-1 instead" in shown
    renumbered = (await send(client, shown, renumber="1")).text
    assert readonly(renumbered) == set()
    assert list(errors_in(renumbered)) == ["ClientField1"]
    answer = await send(client, renumbered, Amount="500", ClientField1="佐藤さん")
    assert answer.status_code == 303
    assert now_of(desk_app, order)[0].amount == 1000


async def test_a_mark_stays_until_its_value_is_another(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = refused(desk_app, "A1001", Call.ENTRY, "M01039013")
    typed = fields_of(await form_of(client, order))
    headers = {"HX-Request-Type": "partial"}
    for changed, marked in ({"Amount": "900"}, True), ({"ClientField1": "佐"}, False):
        checked = await client.post("/orders/new/checks", data=typed | changed, headers=headers)
        assert ("ClientField1" in errors_in(checked.text)) is marked


async def test_the_same_correction_sent_twice_is_sent_once(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = refused(desk_app, "A1001", Call.ENTRY, "M01005011")
    shown = await form_of(client, order)
    await send(client, shown, Amount="900")
    again = await send(client, shown, Amount="900")
    assert again.headers["location"] == f"/orders/{order.id}?sent-before"
    assert len(now_of(desk_app, order)[1]) == 2


@pytest.mark.parametrize(
    ("call", "outcome"), [(Call.ENTRY, Outcome.NO_ANSWER), (Call.EXEC, Outcome.ANSWERED)]
)
async def test_a_form_that_is_out_of_date_corrects_and_sends_nothing(
    client: httpx.AsyncClient, desk_app: Starlette, call: Call, outcome: Outcome
) -> None:
    order = refused(desk_app, "A1001", call, "M01039013")
    shown = await form_of(client, order)
    an_exchange(desk_app, "A1001", call, order_key=order.id, outcome=outcome)
    claim = {Call.ENTRY: ("unknown", Source.ENTRY), Call.EXEC: ("REQSUCCESS", Source.EXEC)}
    with desk_app.state.desk.database.writing() as session:
        fresh = session.get_one(Order, order.id)
        fresh.status, fresh.source = claim[call]
        session.add(fresh)
    before = len(now_of(desk_app, order)[1])
    answer = await send(client, shown, "execute", ClientField1="佐")
    assert answer.status_code == 422
    fresh, exchanges = now_of(desk_app, order)
    assert (fresh.client_field1, len(exchanges)) == ("佐藤", before)
    stale = await client.get(f"/orders/new?correct={order.id}")
    assert stale.headers["location"] == f"/orders/{order.id}"


async def test_codes_that_name_no_field_are_told_above_the_form(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = refused(desk_app, "A1001", Call.EXEC, "M01120010", "M01056012")
    shown = unescape(await form_of(client, order))
    assert list(errors_in(shown)) == ["RetURL"]
    assert "It named besides:" in shown
    assert "NetCashPayType is not NETCASH." in shown
    alone = refused(desk_app, "A2", Call.EXEC, "M01052011")
    page = (await client.get(f"/orders/{alone.id}")).text
    assert "Put right what the gateway refused" in page
    assert "It named no field of this form:" in await form_of(client, alone)


async def test_the_order_of_nobody_is_not_corrected(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"/orders/new?correct={'0' * 32}")).status_code == 404


async def test_with_another_shop_it_is_another_order(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    other = Shop(shop_id="tshop2", environment=Environment.SANDBOX, name="Two", password="secret12")
    stored(desk_app, other)
    order = refused(desk_app, "A1001", Call.ENTRY, "M01005011")
    answer = await send(client, await form_of(client, order), shop_key=other.id, Amount="900")
    assert answer.status_code == 303
    assert answer.headers["location"] != f"/orders/{order.id}"
    fresh, exchanges = now_of(desk_app, order)
    assert (fresh.amount, len(exchanges)) == (1000, 1)
