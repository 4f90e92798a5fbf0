"""What happened once is played again in the sandbox, without secrets and without the customer."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from app.clock import now
from app.gateway import Outcome
from app.protocol.checkstring import Verdict
from app.protocol.messages import Call
from app.protocol.wire import jst_stamp
from app.records.orders import Order
from tests.conftest import Served
from tests.walk import Operator, visit
from tests.web.pages.rows import a_callback, an_exchange, an_order

anyio = pytest.mark.anyio


async def chosen(client: httpx.AsyncClient, order: Order) -> str:
    form = (await client.get(f"/orders/new?env=sandbox&rehearse={order.id}")).text
    assert re.search(r'name="Amount"[^>]*value="1000"', form)
    found = re.search(r'<option value="([^"]*)" selected>', form.partition('name="scenario"')[2])
    return found[1] if found else ""


@anyio
async def test_the_form_begins_with_the_scenario_that_plays_it_again(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    tampered = an_order(desk_app, "R1", "PAYFAIL")
    a_callback(desk_app, "R1", Verdict.MISMATCH, order_key=tampered.id)
    an_exchange(desk_app, "R1", order_key=tampered.id, said_status="PAYFAIL")
    lost = an_order(desk_app, "R2", "PAYSUCCESS")
    an_exchange(desk_app, "R2", order_key=lost.id, said_status="PAYSUCCESS")
    silent = an_order(desk_app, "R3", "unknown")
    an_exchange(desk_app, "R3", Call.EXEC, order_key=silent.id, outcome=Outcome.CUT_OFF)
    plain = an_order(desk_app, "R4", "PAYSUCCESS")
    a_callback(desk_app, "R4", Verdict.VERIFIED, order_key=plain.id)
    orders = (tampered, lost, silent, plain)
    assert [await chosen(client, one) for one in orders] == ["-tamper", "-silent", "-drop", ""]


@anyio
@pytest.mark.parametrize(
    ("seconds", "suffix"), [(-40, ""), (1, ""), (7, "-late7"), (75, "-late75"), (4000, "-late999")]
)
async def test_a_result_comes_again_after_as_many_seconds_as_it_came_then(
    client: httpx.AsyncClient, desk_app: Starlette, seconds: int, suffix: str
) -> None:
    order, came = an_order(desk_app, "R1", "PAYSUCCESS"), now().replace(microsecond=0)
    paid = jst_stamp(came - timedelta(seconds=seconds))
    times = {"tran_date": paid, "received_at": came}
    a_callback(desk_app, "R1", Verdict.VERIFIED, order_key=order.id, **times)
    assert await chosen(client, order) == suffix
    # The form that is sent keeps the pause: the sandbox reads it from the number.
    typed = {"OrderID": "R2", "Amount": "1000", "scenario": suffix}
    checked = await client.post("/orders/new/checks", data=typed)
    assert (f"R2{suffix}</code>" in checked.text) == bool(suffix)


@anyio
@pytest.mark.parametrize("scenario", ["-late1000", "-twice7", "-late7x", "-unheard"])
async def test_a_pause_that_the_sandbox_does_not_know_is_not_added(
    client: httpx.AsyncClient, scenario: str
) -> None:
    typed = {"OrderID": "R2", "Amount": "1000", "scenario": scenario}
    assert scenario not in (await client.post("/orders/new/checks", data=typed)).text


@anyio
async def test_nothing_of_the_customer_is_in_the_file(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_order(desk_app, "R1", client_field1="佐藤 花子", access_id="f" * 32)
    an_exchange(desk_app, "R1", order_key=order.id)
    opened = await client.post("/cases", data={"kind": "refund", "OrderID": "R1"})
    file = await client.get(f"{opened.headers['location']}/rehearsal.json")
    assert file.json()["orders"][0]["amount"] == 1000
    for ours in ("佐藤", "f" * 32, "tpass7xq", "R1"):
        assert ours not in file.text


PLAYED = ("-tamper", "-nosign", "-badcheck", "-othershop", "-twice", "-silent", "-drop", "-revived")


@pytest.mark.soak
def test_what_a_scenario_did_is_rehearsed_by_the_same_scenario(served: Served) -> None:
    with closing(served.client()) as client:
        operator = Operator(client)
        for suffix in PLAYED:
            order = operator.create(suffix)
            if suffix != "-drop":
                visit(served.url, operator.launch(order), "pay")
                operator.act(order, "lookups", Reason="rehearsal")
            key = order.rsplit("/", 1)[-1]
            form = client.get(f"/orders/new?env=sandbox&rehearse={key}").text
            assert f'<option value="{suffix}" selected>' in form, suffix
