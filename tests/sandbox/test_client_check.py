"""The client checker: what a client under test gets wrong, and what it is told to do about it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.protocol.messages import Call
from app.protocol.wire import encode_form
from tests.sandbox.merchant import SHOP, Merchant, serving


@pytest.fixture(scope="module")
def own() -> Iterator[Merchant]:
    """A merchant of a sandbox of this file's own, whose last requests are the tests'."""
    with serving(":memory:", late_seconds=0) as merchant:
        yield merchant


def findings(merchant: Merchant, part: str = "requests") -> set[str]:
    """What the client checker says of the last request, or of the last that named no shop."""
    requests = merchant.http.get(f"/api/shops/{SHOP['ShopID']}/client").json()[part]
    return {finding["kind"] for finding in requests[0]["findings"]}


GOOD = b"ShopID=tshop00000001&ShopPass=tpass7xq&"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (GOOD + b"OrderID=CHK&Amount=", "error-M01005001"),
        (GOOD + b"OrderID=%E6%B3%A8%E6%96%87&Amount=1", "charset"),
        (GOOD + b"OrderID=%81&Amount=1", "not-windows-31j"),
        (GOOD + b"OrderID=\x81\x40&Amount=1", "unescaped"),
        (GOOD + b"OrderID=%2583%2565&Amount=1", "twice-escaped"),
        (GOOD + b"orderid=CHK&Amount=1", "name-misspelt"),
    ],
)
def test_a_client_s_mistake_is_named(own: Merchant, body: bytes, kind: str) -> None:
    own.raw_post(Call.ENTRY, body)
    assert kind in findings(own)


@pytest.mark.parametrize(
    ("body", "query", "kind"),
    [
        (b"", GOOD.decode() + "OrderID=CHK&Amount=1", "in-the-address"),
        (b'{"ShopID": "tshop00000001"}', "", "error-M01002001"),
        (b'{"ShopID": "tshop00000001", "ShopPass": "tpass7xq"}', "", "not-a-form"),
        (b"ShopID=typo&ShopPass=tpass7xq&OrderID=CHK&Amount=1", "", "error-M01002002"),
    ],
)
def test_a_request_is_judged_whatever_it_names_and_apart_where_it_is_of_no_shop(
    own: Merchant, body: bytes, query: str, kind: str
) -> None:
    own.executed("")
    own.http.post(Call.ENTRY.path, content=body, params=query)
    assert kind in findings(own, "requests" if query else "of_no_shop")
    assert query or findings(own) == set()
    page = own.http.get("/guide", params={"page": "client", "lang": "en"}).text
    apart = page.partition('id="of-no-shop"')[2]
    assert query or f'data-finding="{kind}"' in apart


@pytest.mark.parametrize("kana", ["ﾃｽ", "ﾂｱﾂｱ"])
def test_half_width_kana_are_not_taken_for_utf_8(own: Merchant, kana: str) -> None:
    own.executed("", ClientField1=kana)
    assert findings(own) == set()


def test_a_client_without_fault_is_told_so(own: Merchant) -> None:
    own.executed("", ClientField1="①髙橋様ポイント表", RetURL="https://a.example/?x=%83%65")
    assert findings(own) == set()
    page = own.http.get("/guide", params={"page": "client", "lang": "en"}).text
    assert "Nothing: it is as it should be." in page


@pytest.mark.parametrize(
    ("ret_url", "found"),
    [
        (b"https://a.example/?x=1&y=2", {"unescaped"}),
        (b"https://a.example/?x=1", set()),
        (b"https%3A%2F%2Fa.example%2F%3Fx%3D1%26y%3D2", set()),
    ],
)
def test_a_ret_url_that_was_cut_at_its_own_ampersand_is_named(
    own: Merchant, ret_url: bytes, found: set[str]
) -> None:
    trade = own.enter()
    body = encode_form((SHOP | trade).items())
    own.raw_post(Call.EXEC, body + b"&RetURL=" + ret_url + b"&NetCashPayType=NETCASH")
    assert findings(own) == found


@pytest.mark.parametrize(
    ("missing", "fix"),
    [("PayType", "Send this parameter"), ("ShopPass", "Send this parameter")],
)
def test_what_to_do_about_a_code_is_told_to_the_client_s_writer(
    own: Merchant, missing: str, fix: str
) -> None:
    own.call(Call.SEARCH, OrderID=own.order_id(), **{"PayType": "16", missing: ""})
    address = f"/api/shops/{SHOP['ShopID']}/client"
    (finding,) = own.http.get(address).json()["requests"][0]["findings"]
    assert finding["fix"]["en"].startswith(fix)


def test_a_token_that_was_decoded_as_a_form_is_named(own: Merchant) -> None:
    trade = own.executed()
    own.start(trade | {"Token": trade["Token"].replace("+", " ")})
    assert "form-decoded-token" in findings(own)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"AccessID": "0" * 32}, "NC1000002"),
        ({"AccessID": "typo"}, "NC1000001"),
        ({"Token": "0" * 64}, "NC1000003"),
        ({"Token": ""}, "NC1000003"),
    ],
)
def test_a_start_that_is_refused_is_listed_and_judged(
    own: Merchant, changed: dict[str, str], code: str
) -> None:
    page = own.start(own.executed() | changed)
    assert page.code == code
    part = "of_no_shop" if "AccessID" in changed else "requests"
    assert findings(own, part) == {f"error-{code}"}


def test_a_start_url_opened_by_a_link_is_listed_and_judged(own: Merchant) -> None:
    trade = own.executed()
    linked = {"AccessID": trade["AccessID"], "Token": trade["Token"]}
    answer = own.http.get(Call.START.path, params=linked)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert 'data-code="NC1000001"' in answer.text
    assert {"start-without-form", "in-the-address"} <= findings(own)
    assert own.start(trade).code is None


def test_a_start_at_another_host_than_start_url_s_is_named(own: Merchant) -> None:
    trade = own.executed()
    values = {"AccessID": trade["AccessID"], "Token": trade["Token"]}
    headers = {"Host": f"localhost:{own.port}"}
    own.http.post(Call.START.path, data=values, headers=headers)
    assert findings(own) == {"start-url-ignored"}


def test_a_blind_retry_is_named_and_a_lookup_first_is_not(own: Merchant) -> None:
    blind, careful = own.enter("-garbled"), own.enter("-garbled")
    for trade in (blind, careful):
        own.post(Call.EXEC, **own.execution(trade))
    own.post(Call.EXEC, **own.execution(blind))
    assert "blind-retry" in findings(own)
    own.status(careful)
    assert findings(own) == set()
    own.post(Call.EXEC, **own.execution(careful))
    assert "blind-retry" not in findings(own)


def test_two_lookups_within_the_hour_are_named(own: Merchant) -> None:
    trade = own.executed()
    own.status(trade)
    assert findings(own) == set()
    own.status(trade)
    assert findings(own) == {"too-often"}
    own.http.post("/api/clock", json={"minutes": 61})
    own.status(trade)
    assert findings(own) == set()
