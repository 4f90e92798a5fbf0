"""The bytes on the wire, compared as bytes over a raw socket."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from app.protocol.messages import Call
from tests.sandbox.merchant import SHOP, Merchant

GOLDEN_TEXT = "〜−①ほげポ掛"
GOLDEN_ESCAPED = b"%81%60%81%7C%87%40%82%D9%82%B0%83%7C%8A%7C"
GOLDEN_RAW = bytes.fromhex("8160817c874082d982b0837c8a7c")


def body_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def entry(order_id: str, *, amount: str = "1000") -> bytes:
    return (
        f"ShopID={SHOP['ShopID']}&ShopPass={SHOP['ShopPass']}&OrderID={order_id}&Amount={amount}"
    ).encode()


def execution(trade: dict[str, str], client_field: bytes) -> bytes:
    values = SHOP | trade | {"RetURL": "https://shop.example/", "NetCashPayType": "NETCASH"}
    pairs = "&".join(f"{name}={value}" for name, value in values.items())
    return pairs.encode() + b"&ClientField1=" + client_field


def test_a_success_has_the_specification_s_keys_in_its_order_and_nothing_else(
    merchant: Merchant,
) -> None:
    order_id = merchant.order_id()
    answer = merchant.raw_post(Call.ENTRY, entry(order_id))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"\r\ncontent-type: text/plain;charset=Windows-31J" in head
    pattern = b"OrderID=%s&AccessID=[0-9a-f]{32}&AccessPass=[0-9a-f]{32}" % order_id.encode()
    assert re.fullmatch(pattern, body)


def test_a_token_is_raw_and_always_holds_a_plus_and_a_slash(merchant: Merchant) -> None:
    body = body_of(merchant.raw_post(Call.EXEC, execution(merchant.enter(), b"")))
    start_url = f"http://127.0.0.1:{merchant.port}/payment/NetCashStart.idPass".encode()
    match = re.fullmatch(rb"AccessID=[0-9a-f]{32}&Token=([A-Za-z0-9+/]{64})&StartURL=(.*)", body)
    assert match
    assert b"+" in match.group(1)
    assert b"/" in match.group(1)
    assert match.group(2) == start_url


@pytest.mark.parametrize("sent", [GOLDEN_ESCAPED, GOLDEN_RAW], ids=["escaped", "raw bytes"])
def test_the_golden_vector_comes_back_whole_from_a_lookup(merchant: Merchant, sent: bytes) -> None:
    trade = merchant.enter()
    merchant.raw_post(Call.EXEC, execution(trade, sent))
    found = merchant.raw_post(Call.SEARCH, entry(trade["OrderID"]) + b"&PayType=16")
    body = body_of(found)
    assert b"&ClientField1=" + GOLDEN_RAW + b"&ClientField2=&ClientField3=&PayType=16&" in body
    assert body.startswith(b"Status=REQSUCCESS&ProcessDate=2")
    assert b"&Amount=1000&Tax=0&Currency=JPN&" in body
    assert body.endswith(b"&NetCashPayType=NETCASH")


def test_every_failed_format_check_is_reported_in_the_order_of_the_parameters(
    merchant: Merchant,
) -> None:
    sent = b"Amount=12x&OrderID=a_b&ShopID=&Version=1234&Tax=1234567&ShopPass=%81%40"
    answer = body_of(merchant.raw_post(Call.ENTRY, sent))
    codes = ["M01001005", "M01002001", "M01003008", "M01004013", "M01005006", "M01006005"]
    assert answer == b"ErrCode=M01|M01|M01|M01|M01|M01&ErrInfo=" + "|".join(codes).encode()


def test_one_value_can_fail_two_checks(merchant: Merchant) -> None:
    answer = body_of(merchant.raw_post(Call.SEARCH, entry("A") + b"&PayType=null"))
    assert answer == b"ErrCode=M01|M01&ErrInfo=M01051005|M01051011"


def test_the_store_is_asked_only_when_every_format_check_has_passed(merchant: Merchant) -> None:
    wrong_password = b"ShopID=tshop00000001&ShopPass=wrong&OrderID=A&Amount="
    assert b"M01002002" not in merchant.raw_post(Call.ENTRY, wrong_password + b"0")
    answer = body_of(merchant.raw_post(Call.ENTRY, wrong_password + b"1"))
    assert answer == b"ErrCode=M01&ErrInfo=M01002002"


LENIENT: dict[str, Callable[[bytes], bytes]] = {
    "leading and doubled separators": lambda body: b"&&" + body.replace(b"&", b"&&") + b"&",
    "unknown parameters": lambda body: b"User=module&X=%FF&" + body + b"&Version=178",
    "an empty optional": lambda body: body + b"&Tax=",
    "another order": lambda body: b"&".join(reversed(body.split(b"&"))),
    "escaped letters": lambda body: body.replace(b"Shop", b"%53hop"),
    "a second value": lambda body: body + b"&Amount=9",
}


@pytest.mark.parametrize("variant", LENIENT)
def test_every_client_s_habits_are_borne(merchant: Merchant, variant: str) -> None:
    body = LENIENT[variant](entry(merchant.order_id()))
    assert b"\r\n\r\nOrderID=" in merchant.raw_post(Call.ENTRY, body)


def test_multipart_is_read_as_windows_31j(merchant: Merchant) -> None:
    trade = merchant.enter()
    values = SHOP | trade | {"RetURL": "https://shop.example/", "NetCashPayType": "NETCASH"}
    parts = [(name, value.encode()) for name, value in values.items()]
    body = b"".join(
        b'--xx\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in [*parts, ("ClientField1", GOLDEN_RAW)]
    )
    answer = merchant.raw_post(Call.EXEC, body + b"--xx--\r\n", b"multipart/form-data; boundary=xx")
    assert b"&Token=" in answer
    found = merchant.call(Call.SEARCH, OrderID=trade["OrderID"], PayType="16")
    assert found["clientfield1"] == GOLDEN_RAW.decode("cp932")


def test_a_chunked_body_is_read(merchant: Merchant) -> None:
    body = entry(merchant.order_id())
    head = f"POST {Call.ENTRY.path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    chunks = b"5\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (body[:5], len(body) - 5, body[5:])
    request = head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunks
    assert b"\r\n\r\nOrderID=" in merchant.raw(request)


def test_utf_8_that_is_no_windows_31j_is_an_illegal_character_of_its_own_field(
    merchant: Merchant,
) -> None:
    answer = merchant.raw_post(Call.EXEC, execution(merchant.enter(), "テスト".encode()))
    assert body_of(answer) == b"ErrCode=M01&ErrInfo=M01039013"


def test_utf_8_whose_reading_is_characters_is_kept_as_it_reads(merchant: Merchant) -> None:
    trade = merchant.enter()
    merchant.raw_post(Call.EXEC, execution(trade, "あい".encode()))
    found = merchant.call(Call.SEARCH, OrderID=trade["OrderID"], PayType="16")
    assert found["clientfield1"] == "あい".encode().decode("cp932") == "縺ゅ＞"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /payment/EntryTranNetcash.idPass HTTP/1.1\r\n", b"405"),
        (b"GET /nowhere HTTP/1.1\r\n", b"404"),
        (b"POST /payment/EntryTranNetcash.idPass HTTP/1.1\r\nContent-Length: 70000\r\n", b"413"),
    ],
)
def test_what_is_no_call_gets_a_clean_refusal(
    merchant: Merchant, request_: bytes, status: bytes
) -> None:
    body = b"x" * 70_000 if status == b"413" else b""
    answer = merchant.raw(request_ + b"Host: x\r\nConnection: close\r\n\r\n" + body)
    assert answer.startswith(b"HTTP/1.1 " + status)


def test_an_unknown_call_is_answered_in_the_protocol(merchant: Merchant) -> None:
    answer = merchant.http.post("/payment/EntryTran.idPass", content=b"")
    assert answer.content == b"ErrCode=E91&ErrInfo=E91099997"


def test_a_hostile_host_header_stays_out_of_the_start_url(merchant: Merchant) -> None:
    body = execution(merchant.enter(), b"")
    request = f"POST {Call.EXEC.path} HTTP/1.1\r\nHost: a&b=c\r\nConnection: close\r\n".encode()
    answer = merchant.raw(request + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert b"&StartURL=http://127.0.0.1:" in answer
