"""The guided demonstration and the first minutes: every step knows by the data."""

from __future__ import annotations

import re

import httpx
import pytest
from starlette.applications import Starlette

from app.protocol.checkstring import Verdict
from app.records.accounts import User, user_by_email
from app.records.keys import digest
from app.records.orders import Source
from app.records.payment_links import PaymentLink
from tests.cast import ADMIN, OPERATOR
from tests.web.pages.rows import a_callback, an_order, sandbox_shop

pytestmark = pytest.mark.anyio


def steps(page: httpx.Response) -> dict[str, str]:
    return dict(re.findall(r'data-tour="([^"]*)" data-done="([^"]*)"', page.text))


async def test_each_step_knows_by_the_data_whether_it_is_done(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    page = await client.get("/?tour=1&env=sandbox")
    assert len(steps(page)) == 8
    assert set(steps(page).values()) == {"no"}
    with desk_app.state.desk.database.reading() as session:
        person = user_by_email(session, OPERATOR.email)
    assert isinstance(person, User)
    # What a sample history holds is nobody's doing.
    an_order(desk_app, "A1", "PAYSUCCESS")
    assert set(steps(await client.get("/")).values()) == {"no"}
    made = {"created_by": person.id}
    paid = an_order(desk_app, "A2", "PAYSUCCESS", **made)
    an_order(desk_app, "A3", "PAYFAIL", **made)
    open_one = an_order(desk_app, "A4-tamper", **made)
    a_callback(desk_app, "A2", Verdict.VERIFIED, order_key=paid.id)
    tampered = a_callback(desk_app, "A4-tamper", Verdict.MISMATCH, order_key=open_one.id)
    page = await client.get("/")
    undone = [step for step, done in steps(page).items() if done == "no"]
    assert undone == ["recover", "investigate", "print"]
    assert f"/cases/new?callback={tampered.id}" in page.text
    an_order(desk_app, "A5-silent", "PAYSUCCESS", source=Source.LOOKUP, **made)
    opened = await client.post("/cases", data={"kind": "tampering", "OrderID": "A4-tamper"})
    await client.get(f"{opened.headers['location']}/evidence")
    assert set(steps(await client.get("/")).values()) == {"yes"}


async def test_the_demo_goes_along_to_every_page_until_it_is_ended(
    client: httpx.AsyncClient,
) -> None:
    assert "data-tour-step" not in (await client.get("/orders")).text
    await client.get("/?tour=1")
    page = await client.get("/orders")
    assert 'data-tour-step="create"' in page.text
    assert "/?tour=1" in page.text
    await client.get("/?tour=0")
    assert "data-tour-step" not in (await client.get("/orders")).text


async def test_a_step_goes_on_with_what_was_begun_for_it(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    desk = desk_app.state.desk
    with desk.database.reading() as session:
        person = user_by_email(session, OPERATOR.email)
    assert isinstance(person, User)
    made = {"created_by": person.id}
    page = await client.get("/?tour=1&env=sandbox")
    assert 'data-tour-at="f-Amount"' in page.text
    paid = an_order(desk_app, "A1", "PAYSUCCESS", **made)
    a_callback(desk_app, "A1", Verdict.VERIFIED, order_key=paid.id)
    second = an_order(desk_app, "A2", **made)
    # Each page leads to the order that waits for its customer, not to another form.
    assert f'href="/orders/{second.id}#act-launch"' in (await client.get("/orders")).text
    cancelled = an_order(desk_app, "A3", "PAYFAIL", **made)
    page = await client.get("/orders")
    assert f'href="/orders/{cancelled.id}"' in page.text
    assert "/orders/new?env=sandbox&amp;scenario=-tamper#f-Amount" in page.text
    form = await client.get("/orders/new?env=sandbox&scenario=-tamper")
    assert '<option value="-tamper" selected' in form.text
    tampered = an_order(desk_app, "A4-tamper", "PAYSUCCESS", source=Source.LOOKUP, **made)
    a_callback(desk_app, "A4-tamper", Verdict.MISMATCH, order_key=tampered.id)
    # Asking about the tampered one recovers nothing that was lost.
    silent = an_order(desk_app, "A5-silent", **made)
    page = await client.get("/orders")
    assert 'data-tour-step="recover"' in page.text
    assert f'href="/orders/{silent.id}#act-launch"' in page.text
    with desk.database.writing() as session:
        session.add(PaymentLink(order_key=silent.id, secret="s", secret_digest=digest("s")))
    assert 'data-tour-at="act-look-up"' in (await client.get("/orders")).text


async def test_an_open_page_notices_that_its_step_is_done(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    await client.get("/?tour=1&env=sandbox")
    page = await client.get("/orders")
    asked = re.search(r'hx-get="(/live/tour[^"]*)"', page.text)
    assert asked is not None
    address = asked[1].replace("&amp;", "&")
    assert (await client.get(address)).status_code == 204
    with desk_app.state.desk.database.reading() as session:
        person = user_by_email(session, OPERATOR.email)
    assert isinstance(person, User)
    an_order(desk_app, "A1", created_by=person.id)
    told = await client.get(address)
    assert 'data-tour-step="pay"' in told.text
    assert 'data-tour="' not in told.text
    await client.get("/?tour=0")
    assert (await client.get(address)).status_code == 204


async def test_a_sample_history_is_one_press_away_and_so_is_the_next_audience(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    assert "/tour/histories" in (await client.get("/?env=sandbox")).text
    written: list[int] = []
    desk_app.state.write_sample_history, kept = written.append, desk_app.state.write_sample_history
    try:
        assert (await client.post("/tour/histories")).status_code == 303
    finally:
        desk_app.state.write_sample_history = kept
    assert written == [60]
    an_order(desk_app, "A1")
    reset = await client.post("/sandbox/reset", data={"sure": "on", "desk": "on", "tour": "1"})
    assert reset.headers["location"] == "/?tour=1&env=sandbox"
    assert "A1" not in (await client.get("/orders?env=sandbox")).text


async def test_a_shops_connection_is_tested_by_an_order_that_cannot_exist(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    shop = f"/settings/shops/{sandbox_shop(desk_app).id}"
    answer = await client.post(f"{shop}/connections")
    assert answer.status_code == 303
    page = await client.get(answer.headers["location"])
    # Nothing listens where the sandbox would be: the test says so, and nobody is locked out.
    assert "Test of the connection" in page.text
    assert ADMIN.email in page.text
