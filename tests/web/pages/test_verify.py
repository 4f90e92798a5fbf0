"""Verify by hand: any form of a result gets its verdict, and nothing is stored."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.desk.callbacks.check_report import failure, report
from app.desk.callbacks.manual_check import SHOWN, verdict_of_file
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.orders import Order
from app.records.shops import OurShops, Shop
from app.web.http.uploads import UPLOAD_LIMIT
from app.web.pages.verify import EXAMPLE, LISTED
from tests.cast import VIEWER
from tests.conftest import browser_for
from tests.desk.callbacks.cast import PASSWORD, a_shop, an_order, body, tampered

pytestmark = pytest.mark.anyio


async def verdict_on(client: httpx.AsyncClient, text: str) -> str:
    answer = await client.post("/verify", data={"text": text})
    assert answer.status_code == 200
    assert PASSWORD not in answer.text
    return str(re.findall(r'data-verdict="(.*?)"', answer.text)[0])


FORMS = {
    "a raw body": "{0}",
    "an access log's line": '203.0.113.7 - - [x] "GET /return?{0} HTTP/1.1" 200 512',
    "a curl command": "curl -d '{0}' https://shop.example.jp/return",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
async def test_a_pasted_result_gets_its_verdict(client: httpx.AsyncClient, form: str) -> None:
    assert await verdict_on(client, form.format(body("A1").decode())) == "verified"
    assert await verdict_on(client, form.format(tampered("A1").decode())) == "mismatch"


async def test_nothing_is_stored(desk_app: Starlette, client: httpx.AsyncClient) -> None:
    await verdict_on(client, body("A1").decode())
    with desk_app.state.desk.database.reading() as session:
        assert session.exec(select(Callback)).all() == []
        assert session.exec(select(Order)).all() == []


async def test_what_is_kept_becomes_a_callback_that_is_judged_and_applied(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    with desk_app.state.desk.database.writing() as session:
        order = an_order(session.exec(select(Shop)).one(), "A1")
        session.add(order)
    form = {"text": f"curl -d '{body('A1').decode()}' x.jp", "action": "keep"}
    answer = await client.post("/verify", data=form)
    assert answer.status_code == 303
    kept = (await client.get(answer.headers["location"])).text
    assert re.findall(r'data-verdict="(.*?)"', kept)[0] == "verified"
    assert "The order moved to what it says." in kept
    assert "Kept by hand" in kept
    assert "/netcash/return" in kept, "the command brings it to where results are brought"
    shown = (await client.get(f"/orders/{order.id}")).text
    assert 'data-status="PAYSUCCESS"' in shown
    assert "A pasted result was kept" in shown


async def test_a_tampered_one_is_diagnosed(client: httpx.AsyncClient) -> None:
    answer = await client.post("/verify", data={"text": tampered("A1").decode()})
    assert 'data-diagnosis="status"' in answer.text
    assert 'value="keep"' in answer.text


async def test_text_that_is_no_result_is_malformed(client: httpx.AsyncClient) -> None:
    assert await verdict_on(client, "good morning <b>") == "malformed"


async def test_an_empty_form_is_asked_for_again(client: httpx.AsyncClient) -> None:
    answer = await client.post("/verify", data={"text": "  "})
    assert answer.status_code == 422
    assert 'data-error-for="text"' in answer.text


async def test_a_page_of_verify_is_there_without_a_text(client: httpx.AsyncClient) -> None:
    answer = await client.get("/verify")
    assert answer.status_code == 200
    assert "data-verdict" not in answer.text


async def test_a_viewer_gets_nothing_signed_with_our_password(desk_app: Starlette) -> None:
    """What verifies a result also forges one, and anybody can bring a result to have it judged."""
    signed = body("FORGED")
    right = re.findall(rb"CheckString=(\w+)", signed)[0].decode()
    async with browser_for(desk_app, VIEWER) as viewer:
        assert (await viewer.post("/verify", data={"text": signed.decode()})).status_code == 403
        assert 'name="text"' not in (await viewer.get("/verify")).text
        await viewer.post(
            "/netcash/return", content=signed.replace(right.encode(), right[:31].encode() + b"x")
        )
        listed = (await viewer.get("/callbacks")).text
        shown = (await viewer.get(re.findall(r'href="(/callbacks/\w+)"', listed)[0])).text
    assert 'data-verdict="mismatch"' in shown
    assert "<mark>" not in shown, "which characters agree tells them all, one by one"
    assert right not in re.sub(r"<[^>]+>", "", shown)


def test_the_command_line_says_what_the_verdict_rests_on(database: Database) -> None:
    with database.writing() as session:
        session.add(a_shop())
    checked = verdict_of_file(database, tampered("A1"), OurShops(sandbox_on=True))
    lines = list(report(checked))
    assert lines[0] == "Verdict: mismatch"
    assert failure(checked) == "The result is not verified: mismatch."
    assert any(line.startswith("status: It would verify if Status") for line in lines)
    assert PASSWORD not in "".join(lines)


async def test_every_result_of_a_text_is_judged_listed_and_counted(
    client: httpx.AsyncClient,
) -> None:
    text = f"10:00 {body('A1').decode()}\n10:01 {tampered('A2').decode()}\n"
    answer = await client.post("/verify", data={"text": text})
    assert 'data-results="2"' in answer.text
    listed = answer.text.split("<tbody>")[1].split("</tbody>")[0]
    assert re.findall(r'data-verdict="(.*?)"', listed) == ["verified", "mismatch"]
    assert 'id="result-2"' in answer.text
    assert 'data-diagnosis="status"' in answer.text


async def test_a_long_list_shows_its_first_and_counts_them_all(client: httpx.AsyncClient) -> None:
    lines = [body(f"A{number}") for number in range(LISTED + 30)]
    answer = await client.post("/verify", files={"file": b"\n".join(lines)})
    assert f'data-results="{LISTED + 30}"' in answer.text
    assert f"The first {LISTED} are listed." in answer.text
    assert answer.text.count('id="result-') == SHOWN


@pytest.mark.soak
async def test_a_file_of_twenty_megabytes_is_judged_to_its_end(client: httpx.AsyncClient) -> None:
    whole, number = bytearray(), 0
    while len(whole) < UPLOAD_LIMIT - 1_000:
        whole += body(f"A{number}") + b"\n"
        number += 1
    answer = await client.post("/verify", files={"file": bytes(whole)})
    assert f'data-results="{number}"' in answer.text


async def test_a_file_is_judged_in_its_own_charset(client: httpx.AsyncClient) -> None:
    pairs = dict(pair.split("=") for pair in body("A1").decode().split("&"))
    names = ("ショップID", "オーダーID", "現状態", "処理日時", "MD5ハッシュ")
    text = "\n".join(f"{name}：{value}" for name, value in zip(names, pairs.values(), strict=False))
    answer = await client.post("/verify", files={"file": text.encode("cp932")}, data={"text": ""})
    assert 'data-verdict="verified"' in answer.text
    assert 'data-way="shift-jis"' in answer.text


async def test_a_file_over_the_limit_is_refused(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.http.uploads.UPLOAD_LIMIT", 1_000)
    answer = await client.post("/verify", files={"file": b"a" * 100_000})
    assert answer.status_code == 413


@pytest.mark.parametrize("broken", [b"", b"--x", b"--x\r\n\r\n", b"--x\r\n: \r\n\r\ny\r\n--x--"])
async def test_a_broken_upload_is_an_empty_form(client: httpx.AsyncClient, broken: bytes) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await client.post("/verify", content=broken, headers=headers)
    assert answer.status_code == 422


async def test_a_cut_text_says_so_in_both_languages(client: httpx.AsyncClient) -> None:
    cut = body("A1").decode().split("&ErrCode")[0][:-9]
    for language, words in (("en", "The text ends before"), ("ja", "途中")):
        headers = {"accept-language": language}
        answer = await client.post("/verify", data={"text": cut}, headers=headers)
        assert "data-cut" in answer.text
        assert words in answer.text


async def test_how_a_result_was_read_is_said_in_both_languages(client: httpx.AsyncClient) -> None:
    text = body("A1").decode()
    wrapped = text[:60] + "\n" + text[60:]
    for language, words in (("en", "line breaks in it removed"), ("ja", "改行を取り除いて")):
        headers = {"accept-language": language}
        answer = await client.post("/verify", data={"text": wrapped}, headers=headers)
        assert 'data-way="wrap"' in answer.text
        assert words in answer.text


async def test_all_results_of_a_text_are_kept_together(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    text = f"{body('A1').decode()}\n{tampered('A2').decode()}"
    answer = await client.post("/verify", data={"text": text, "action": "keep"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/callbacks")
    with desk_app.state.desk.database.reading() as session:
        kept = session.exec(select(Callback)).all()
    assert [(one.order_id, one.verdict) for one in kept] == [("A1", "verified"), ("A2", "mismatch")]


def test_the_command_line_judges_every_result_of_a_file(database: Database) -> None:
    with database.writing() as session:
        session.add(a_shop())
    text = b"first\n" + body("A1") + b"\n" + tampered("A2") + b"\n" + body("A3")[:120]
    checked = verdict_of_file(database, text, OurShops(sandbox_on=True))
    lines = list(report(checked))
    assert lines[0].startswith("Results: 3 (")
    assert "Result 2 of 3, line 3" in lines
    assert lines[-1].startswith("line 4, column 121: The text ends before this result does.")
    assert failure(checked).startswith("Not every result is verified:")


async def test_an_example_is_filled_in_where_somebody_asks_for_it(
    client: httpx.AsyncClient,
) -> None:
    assert EXAMPLE not in (await client.get("/verify")).text.replace("&amp;", "&")
    assert EXAMPLE in (await client.get("/verify?example")).text.replace("&amp;", "&")
