"""The list of callbacks, and the page of one: what arrived, whether to believe it, why not."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlencode

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.clock import now
from app.protocol.statuses import Status
from app.records.callbacks import Callback
from app.records.droppable import cut_off
from app.records.paging import PAGE_SIZE
from app.records.shops import Environment, Shop
from tests.desk.callbacks.cast import PASSWORD, an_order, body, tampered
from tests.web.pages.rows import an_unjudged_callback

pytestmark = pytest.mark.anyio

RETURN = "/netcash/return"


async def bring(client: httpx.AsyncClient, raw: bytes) -> None:
    assert (await client.post(RETURN, content=raw)).status_code == 200


def open_order(app: Starlette, order_id: str) -> str:
    with app.state.desk.database.writing() as session:
        order = an_order(session.exec(select(Shop)).one(), order_id, Status.REQSUCCESS)
        session.add(order)
        return order.id


def key_of(app: Starlette, verdict: str) -> str:
    with app.state.desk.database.reading() as session:
        return str(session.exec(select(Callback.id).where(Callback.verdict == verdict)).one())


def hooks(text: str, name: str) -> list[str]:
    return re.findall(rf'data-{name}="(.*?)"', text)


CASES = {
    "verified": body("A1001"),
    "mismatch": tampered("A1001"),
    "no-checkstring": body("A1001").split(b"&CheckString")[0],
    "unknown-shop": body("A1001", shop="someoneelse"),
    "malformed": body("A1001").replace(b"Status=PAYSUCCESS", b"Status=PAYSUCCESS&Status=PAYFAIL"),
}


@pytest.mark.parametrize(("verdict", "raw"), CASES.items(), ids=CASES.keys())
async def test_a_callbacks_page_begins_with_its_own_verdict(
    desk_app: Starlette, client: httpx.AsyncClient, verdict: str, raw: bytes
) -> None:
    key = open_order(desk_app, "A1001")
    await bring(client, raw)
    answer = await client.get(f"/callbacks/{key_of(desk_app, verdict)}")
    assert answer.status_code == 200
    assert hooks(answer.text, "verdict")[0] == verdict
    assert raw.decode().replace("&", "&amp;") in answer.text
    assert raw[:16].hex(" ") in answer.text
    assert PASSWORD not in answer.text
    assert f"/orders/{key}" in answer.text


async def test_a_mismatch_says_which_change_would_make_it_verify(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    open_order(desk_app, "A1001")
    await bring(client, tampered("A1001"))
    text = (await client.get(f"/callbacks/{key_of(desk_app, 'mismatch')}")).text
    assert hooks(text, "diagnosis") == ["status"]
    assert "It would verify if Status were PAYFAIL" in text
    assert text.count("<mark>") > 20
    assert "One change would make it verify: Status" in text
    assert re.search(r"part-suspect.*?verifies as.*?PAYFAIL", text, re.DOTALL)


async def test_a_mismatch_nothing_explains_says_that(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    await bring(client, body("A1001", password="guessed1"))
    text = (await client.get(f"/callbacks/{key_of(desk_app, 'mismatch')}")).text
    assert hooks(text, "diagnosis") == []
    assert "No single change that we know of" in text
    assert "more than one thing was changed" in text


async def test_a_checkstring_that_is_none_is_not_diagnosed_as_one(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    cut_off = body("A1001")[: body("A1001").index(b"CheckString=") + 20]
    await bring(client, cut_off)
    text = (await client.get(f"/callbacks/{key_of(desk_app, 'mismatch')}")).text
    assert hooks(text, "verdict") == ["mismatch"]
    assert "32 hexadecimal digits belong there" in text
    assert "No single change" not in text


async def test_an_order_made_since_does_not_hide_the_one_a_result_was_taken_from(
    desk_app: Starlette, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.desk.callbacks.mismatch_diagnosis.ORDERS_TRIED", 2)
    for order_id in ("A1001", "A1002"):
        open_order(desk_app, order_id)
    await bring(client, body("A1001").replace(b"A1001", b"A1002"))
    for order_id in ("A1003", "A1004"):
        open_order(desk_app, order_id)
    text = (await client.get(f"/callbacks/{key_of(desk_app, 'mismatch')}")).text
    assert hooks(text, "diagnosis") == ["order"]


async def test_a_changed_time_is_found_by_what_the_order_has_been_told(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    open_order(desk_app, "A1001")
    raw = body("A1001")
    await bring(client, raw)
    await bring(client, re.sub(rb"TranDate=\d+", b"TranDate=20240229235959", raw))
    text = (await client.get(f"/callbacks/{key_of(desk_app, 'mismatch')}")).text
    assert hooks(text, "diagnosis") == ["date"]


async def test_a_callback_shows_its_place_among_what_happened_to_its_order(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    key = open_order(desk_app, "A1001")
    await bring(client, body("A1001"))
    same = tampered("A1001")
    for _ in range(2):
        await bring(client, same)
    text = (await client.get(f"/callbacks/{key_of(desk_app, 'verified')}")).text
    place = text.split("Its place in the order", 1)[1].split("</section>")[0]
    titles = re.findall(r'moment-title">(.*?)<', place)
    assert titles[0] == "This callback"
    assert titles.count("Result received") == 1, "a repeat is folded into the first"
    [anchor] = re.findall(rf'href="/orders/{key}#(callback-\w+)"', place)
    assert f'id="{anchor}"' in (await client.get(f"/orders/{key}")).text


async def test_a_callback_that_does_not_exist_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/callbacks/0123")).status_code == 404


async def test_the_list_finds_an_order_id_and_its_beginning(client: httpx.AsyncClient) -> None:
    for order_id in ("A1001", "A1001-1", "A2000", "a1001"):
        await bring(client, body(order_id))
    for query, found in {"A1001": ["A1001-1", "A1001"], "Ａ２": ["A2000"], "B": []}.items():
        text = (await client.get("/callbacks", params={"q": query})).text
        assert re.findall(r'<code class="order-id">(.*?)</code>', text) == found


async def test_the_list_shows_one_verdict_when_asked(client: httpx.AsyncClient) -> None:
    for raw in CASES.values():
        await bring(client, raw)
    assert set(hooks((await client.get("/callbacks")).text, "verdict")) == set(CASES)
    for verdict in CASES:
        text = (await client.get(f"/callbacks?verdict={verdict}")).text
        assert hooks(text, "verdict") == [verdict]


async def test_what_names_no_shop_of_ours_appears_in_every_environment(
    client: httpx.AsyncClient,
) -> None:
    for raw in CASES.values():
        await bring(client, raw)
    seen = hooks((await client.get("/callbacks?env=production")).text, "verdict")
    assert sorted(seen) == ["malformed", "unknown-shop"]


async def test_a_replay_is_folded_into_the_first(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    open_order(desk_app, "A1001")
    raw = body("A1001")
    for _ in range(4):
        await bring(client, raw)
    text = (await client.get("/callbacks?q=A1001")).text
    assert hooks(text, "verdict") == ["verified"]
    assert hooks(text, "tag") == ["duplicate"]
    assert "and 3 more" in text
    [more] = re.findall(r'href="(/callbacks\?copy_of=\w+)"', text)
    assert hooks((await client.get(more)).text, "tag") == ["duplicate"] * 3


async def test_a_replay_is_one_moment_of_its_order(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    key, raw = open_order(desk_app, "A1001"), body("A1001")
    for _ in range(4):
        await bring(client, raw)
    await bring(client, body("A1001", Status.PAYFAIL))
    shown = (await client.get(f"/orders/{key}")).text
    assert hooks(shown, "verdict") == ["verified", "verified"]
    assert hooks(shown, "tag").count("duplicate") == 1
    assert "and 3 more" in shown
    assert "and 3 more" in (await client.get("/callbacks?q=A1001")).text


async def test_repeats_of_what_came_before_the_order_was_here_are_folded_at_the_order_too(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    raw = tampered("A1001")
    await bring(client, raw)
    key = open_order(desk_app, "A1001")
    await bring(client, raw)
    await bring(client, raw)
    shown = (await client.get(f"/orders/{key}")).text
    assert hooks(shown, "verdict") == ["mismatch"]
    [more] = re.findall(r'href="(/callbacks\?copy_of=\w+)"', shown)
    assert hooks((await client.get(more)).text, "verdict") == ["mismatch"] * 2


async def test_the_pages_of_the_list_follow_each_other_without_gap_or_overlap(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    # Every third names no shop of ours: two ranges of keys are merged.
    with desk_app.state.desk.database.writing() as session:
        for number in range(2 * PAGE_SIZE + 5):
            environment = None if number % 3 == 0 else Environment.SANDBOX
            session.add(
                Callback(
                    body=b"",
                    digest=str(number),
                    judged_at=now(),
                    verdict="malformed",
                    environment=environment,
                    order_id=f"N{number:03}",
                )
            )
    seen: list[str] = []
    address = "/callbacks"
    for _ in range(3):
        text = (await client.get(address)).text
        seen += re.findall(r'<code class="order-id">(N\d+)</code>', text)
        found = re.search(r'href="([^"]*)" rel="next"', text)
        address = found[1].replace("&amp;", "&") if found else ""
    assert address == ""
    assert sorted(seen) == [f"N{number:03}" for number in range(2 * PAGE_SIZE + 5)]
    back = re.search(r'href="([^"]*)" rel="prev"', text)
    assert back
    newer = (await client.get(back[1].replace("&amp;", "&"))).text
    assert (
        re.findall(r'<code class="order-id">(N\d+)</code>', newer)
        == seen[PAGE_SIZE : 2 * PAGE_SIZE]
    )


async def test_the_three_facts_stand_apart(desk_app: Starlette, client: httpx.AsyncClient) -> None:
    open_order(desk_app, "A1001")
    await bring(client, body("A1001", at=now() - timedelta(hours=2)))
    text = (await client.get(f"/callbacks/{key_of(desk_app, 'verified')}")).text
    assert hooks(text, "tag") == ["late"]
    for words in ("Arrived", "Judged", "Applied to the order", "The order moved to what it says."):
        assert words in text


async def test_a_body_with_an_attack_in_it_is_only_text(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    raw = b"OrderID=<script>alert(1)</script>&x='\"$(id)&\xff\x00"
    await client.post(RETURN + "?y='$(id)", content=raw, headers={"user-agent": "<blink>'"})
    text = (await client.get(f"/callbacks/{key_of(desk_app, 'malformed')}")).text
    assert "<script>alert" not in text
    assert "<blink>" not in text
    assert "base64 -d | curl" in text


async def test_a_sandbox_callback_can_be_sent_again_byte_for_byte(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    raw = body("A1001")
    await bring(client, raw)
    text = (await client.get(f"/callbacks/{key_of(desk_app, 'verified')}")).text
    fields = re.findall(r'type="hidden" name="(\w+)" value="(.*?)"', text)
    assert urlencode([field for field in fields if field[0] != "back"]).encode() == raw


async def test_bytes_that_no_form_makes_are_not_offered_to_be_sent_again(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    await bring(client, tampered("A1001") + b"&&")
    text = (await client.get(f"/callbacks/{key_of(desk_app, 'mismatch')}")).text
    assert "Send it again" not in text


async def test_a_body_that_was_cut_is_shown_as_that_and_offered_to_nobody_as_whole(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    whole = tampered("A1001") + b"&pad=" + b"A" * 6000
    await bring(client, whole)
    key = key_of(desk_app, "mismatch")
    with desk_app.state.desk.database.writing() as session:
        assert cut_off(session, [key], 4096) == 1
    shown = (await client.get(f"/callbacks/{key}")).text
    assert f"Only its first 4096 of {len(whole)} bytes" in shown
    assert sha256(whole).hexdigest() in shown
    assert "curl" not in shown
    assert "data-diagnosis" not in shown


async def test_of_thousands_of_parameters_and_codes_a_page_shows_the_first(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    many = b"&".join(b"p%d=x" % number for number in range(6_000))
    codes = b"|".join([b"NC1000001"] * 500)
    await bring(client, b"OrderID=M1&ErrInfo=" + codes + b"&" + many)
    [key] = keys_of(desk_app)
    answer = await client.get(f"/callbacks/{key}")
    assert hooks(answer.text, "more-parameters") == [str(6_002 - 100)]
    assert hooks(answer.text, "more-codes") == ["480"]
    assert answer.text.count('<th scope="row">') == 100
    assert answer.text.count('type="hidden"') < 20
    # All of it stands once as it came, once to be copied, and so it does as a command.
    assert len(answer.content) < 6 * 64 * 1024


def keys_of(app: Starlette) -> list[str]:
    with app.state.desk.database.reading() as session:
        return list(session.exec(select(Callback.id)).all())


async def test_what_has_no_verdict_is_found_by_its_orderid_and_by_having_none(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    an_unjudged_callback(desk_app, body("WAITS-1"))
    await bring(client, body("JUDGED-1"))
    for query in ("q=WAITS", "verdict=not-judged"):
        text = (await client.get(f"/callbacks?{query}")).text
        assert re.findall(r'class="order-id">(.*?)<', text) == ["WAITS-1"]
        assert "Not judged yet" in text


async def test_one_that_could_not_be_judged_says_why_and_is_judged_again_by_hand(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    key = an_unjudged_callback(desk_app, body("A1"), set_aside_at=now(), trouble="DataError")
    shown = (await client.get(f"/callbacks/{key}")).text
    assert hooks(shown, "judging") == ["set-aside"]
    assert "<code>DataError</code>" in shown
    assert "Cannot be judged" in (await client.get("/callbacks")).text
    answer = await client.post(f"/callbacks/{key}/judgements")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/callbacks/{key}")
    shown = (await client.get(f"/callbacks/{key}")).text
    assert (hooks(shown, "judging"), hooks(shown, "verdict")[0]) == ([], "verified")


async def test_judging_one_that_is_not_there_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.post("/callbacks/nothing/judgements")).status_code == 404
