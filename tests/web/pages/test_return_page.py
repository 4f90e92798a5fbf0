"""What a customer reads at RetURL, and what nobody can learn from it."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from sqlalchemy import event
from sqlmodel import select
from starlette.applications import Starlette

from app.main import create_app
from app.protocol.statuses import Status
from app.protocol.wire import split_form
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.shops import Shop
from app.settings import Settings
from tests.cast import ADMIN
from tests.conftest import browser_for
from tests.desk.callbacks.cast import an_order, body, tampered

pytestmark = pytest.mark.anyio

FORM = {
    "content-type": "application/x-www-form-urlencoded",
    "origin": "null",
    "accept-encoding": "identity",
}
PAID = ("Your payment is complete", "お支払いが完了しました")
NOT_PAID = ("Your payment was not made", "お支払いは完了していません")
BEING_CONFIRMED = ("Your payment is being confirmed", "お支払いの結果を確認しています")


def open_order(app: Starlette, order_id: str, status: Status = Status.REQSUCCESS) -> None:
    with app.state.desk.database.writing() as session:
        shop = session.exec(select(Shop)).one()
        session.add(an_order(shop, order_id, status))


async def bring(visitor: httpx.AsyncClient, raw: bytes) -> httpx.Response:
    return await visitor.post("/netcash/return", content=raw, headers=FORM)


def stored(app: Starlette) -> list[Callback]:
    with app.state.desk.database.reading() as session:
        return list(session.exec(select(Callback)).all())


@pytest.mark.parametrize(
    ("status", "title"), [(Status.PAYSUCCESS, PAID), (Status.PAYFAIL, NOT_PAID)]
)
async def test_a_verified_result_is_told_in_both_languages_at_once(
    desk_app: Starlette, visitor: httpx.AsyncClient, status: Status, title: tuple[str, str]
) -> None:
    open_order(desk_app, "A1001")
    answer = await bring(visitor, body("A1001", status))
    assert answer.status_code == 200
    for words in (*title, "A1001"):
        assert words in answer.text


DOUBTS = {
    "mismatch": tampered("DOUBT-1"),
    "no-checkstring": body("DOUBT-1").split(b"&CheckString")[0],
    "unknown-shop": body("DOUBT-1", shop="someoneelse"),
    "malformed": body("DOUBT-1").replace(b"PAYSUCCESS", b"EXPIRED"),
    "unknown-order": body("DOUBT-1"),
    "tampered elsewhere": tampered("DOUBT-1") + b"&Extra=1",
}


async def test_every_doubt_reads_the_same_to_the_byte(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    open_order(desk_app, "DOUBT-2", Status.UNPROCESSED)
    answers = [await bring(visitor, raw) for raw in DOUBTS.values()]
    answers.append(await bring(visitor, body("DOUBT-2")))
    pages = {answer.text.replace("DOUBT-2", "DOUBT-1") for answer in answers}
    assert len(pages) == 1
    assert all(words in answers[0].text for words in BEING_CONFIRMED)
    assert {answer.status_code for answer in answers} == {200}
    headers = [{k: v for k, v in answer.headers.items() if k != "date"} for answer in answers]
    assert all(one == headers[0] for one in headers)


async def test_the_page_speaks_only_real_order_ids(visitor: httpx.AsyncClient) -> None:
    answer = await bring(visitor, body("A1001").replace(b"A1001", b"%3Cscript%3Ealert(1)"))
    assert "alert" not in answer.text


async def test_the_page_knows_nothing_of_operators(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    mine = await client.post("/netcash/return", content=body("A1001"), headers=FORM)
    theirs = await bring(visitor, body("A1001"))
    assert mine.text == theirs.text
    assert "set-cookie" not in theirs.headers
    assert not re.search(r"/orders|/callbacks|/login", theirs.text)


async def test_a_reloaded_page_is_neutral_and_records_nothing(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    answer = await visitor.get("/netcash/return?x=1")
    assert answer.status_code == 200
    assert "お支払いの結果は、この画面にはもう表示されません" in answer.text
    assert stored(desk_app) == []


async def test_a_body_of_64_kib_is_read_and_one_byte_more_is_not(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    assert (await bring(visitor, b"x" * 65536)).status_code == 200
    assert (await bring(visitor, b"x" * 65537)).status_code == 413
    assert [len(callback.body) for callback in stored(desk_app)] == [65536]


async def test_a_result_from_another_site_without_a_cookie_is_taken(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    foreign = FORM | {"origin": "https://p01.example.jp", "sec-fetch-site": "cross-site"}
    answer = await visitor.post("/netcash/return?shop=1", content=body("A1"), headers=foreign)
    assert answer.status_code == 200
    [callback] = stored(desk_app)
    assert '":path": "/netcash/return?shop=1"' in callback.headers
    assert '"origin": "https://p01.example.jp"' in callback.headers


async def test_what_cannot_be_stored_can_be_sent_again_from_the_page(
    own_app: Starlette,
) -> None:
    fill_the_disk(own_app.state.desk.database)
    async with browser_for(own_app, None) as visitor:
        answer = await bring(visitor, body("A1001") + b"&Extra=%81%60&Much=" + b"x" * 50_000)
    assert answer.status_code == 503
    assert all(words in answer.text for words in BEING_CONFIRMED)
    fields = dict(re.findall(r'type="hidden" name="(.*?)" value="(.*?)"', answer.text))
    assert (fields["OrderID"], fields["Extra"]) == ("A1001", "～")
    assert 'accept-charset="windows-31j"' in answer.text
    assert stored(own_app) == []


async def test_a_result_that_could_not_be_stored_is_loud_on_the_overview(
    own_app: Starlette,
) -> None:
    async with browser_for(own_app, ADMIN) as client:
        assert "could not be stored" not in (await client.get("/")).text
        fill_the_disk(own_app.state.desk.database)
        await bring(client, b"x" * 50_000)
        assert "1 result of a customer could not be stored" in (await client.get("/")).text


def fill_the_disk(database: Database) -> None:
    """From now on the file cannot grow, as on a full disk."""

    @event.listens_for(database.engine, "checkout")
    def _full(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # SQLite takes the present size instead

    database.engine.dispose()


async def test_any_bytes_at_all_are_stored_and_answered(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    bodies = [b"", b"\x00", b"\xff" * 300, b"=&=&&;%zz%", b"a=" + bytes(range(256)), b"%00=%00"]
    bodies += [body("A").replace(b"A", bytes([byte])) for byte in range(0, 256, 7)]
    answers = [await bring(visitor, raw) for raw in bodies]
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(callback.body for callback in stored(desk_app)) == sorted(bodies)


async def test_a_result_in_parts_is_judged_like_any_other(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    open_order(desk_app, "A1001")
    part = b'--xy\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    raw = b"".join(part % pair for pair in split_form(body("A1001"))) + b"--xy--\r\n"
    for sent, title in ((raw, PAID), (raw.replace(b"\r\nA1001", b"\r\nA1002"), BEING_CONFIRMED)):
        answer = await visitor.post("/netcash/return", content=sent)
        assert title[0] in answer.text


async def test_an_address_of_the_gateway_s_has_a_slash_behind_it_or_none(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    open_order(desk_app, "A1001")
    answer = await visitor.post("/netcash/return/", content=body("A1001"), headers=FORM)
    assert answer.status_code == 200
    assert PAID[0] in answer.text
    assert (await visitor.get("/netcash/return/")).status_code == 200
    assert (await visitor.post("/netcash/notify/", content=b"ShopID=x", headers=FORM)).text == "0"


async def test_the_sender_behind_a_proxy_is_known_with_a_port_and_without(
    settings: Settings,
) -> None:
    app = create_app(settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)}))
    written = {
        "198.51.100.7:4711": "198.51.100.7",
        "[2001:db8::1]:4711": "2001:db8::1",
        "[2001:db8::1]": "2001:db8::1",
        "2001:db8::1": "2001:db8::1",
        "198.51.100.7, 127.0.0.1:80": "198.51.100.7",
    }
    async with app.router.lifespan_context(app), browser_for(app, None) as proxy:
        for said in written:
            await proxy.post(
                "/netcash/return", content=b"x=1", headers=FORM | {"X-Forwarded-For": said}
            )
        assert [one.remote_address for one in stored(app)] == [*written.values()]


async def test_visitors_without_a_result_are_told_of_where_the_desk_s_own_state_stands(
    desk_app: Starlette, visitor: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    await bring(visitor, b"x=1")
    for _ in range(5):
        await visitor.get("/netcash/return")  # by whoever has brought a result: a reload
    shown = (await client.get("/readyz?detail")).json()["conditions"]
    assert "returns" not in {one["name"] for one in shown}
    for _ in range(3):
        desk_app.state.bare_visits.came("203.0.113.9")
    (told,) = [
        one
        for one in (await client.get("/readyz?detail")).json()["conditions"]
        if one["name"] == "returns"
    ]
    assert "redirect" in str(told)
