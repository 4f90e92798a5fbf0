"""Any bytes at any address: an answer of the protocol or a clean 4xx."""

from __future__ import annotations

import random

import pytest

from app.protocol.messages import Call
from app.protocol.wire import ANSWER_TYPE
from tests.sandbox.merchant import Merchant, serving

FORM = "application/x-www-form-urlencoded"
TYPES = (FORM, "multipart/form-data; boundary=x", "text/plain", "multipart/form-data", "\xff", "")
PIECES = (
    *(b"ShopID=", b"ShopPass=", b"OrderID=", b"Amount=", b"&", b"=", b"%", b"+", b"\x81", b"|"),
    *(b"tshop00000001", b"tpass7xq", b"%81%40", b"1000", b"AccessID=", b"Token=", b"\r\n", b"\x00"),
    *(b"--x\r\n", b"--x--", b'Content-Disposition: form-data; name="OrderID"\r\n\r\n', b"action="),
    *("１".encode("cp932"), "あ".encode(), b"PayType=16", b"NetCashPayType=NETCASH", b"pay"),
)
PATHS = (*(call.path for call in Call), "/payment/customer", "/payment/X.idPass")


# The panel's, the guide's and the automation's own, with whatever stands in their paths.
OURS = (
    *(
        "/clock",
        "/faults",
        "/shops",
        "/shops/tshop00000001/notices",
        "/shops/%00/notices",
        "/hosts",
    ),
    *("/trades/x/scenario", "/api/clock", "/api/faults", "/api/shops/%ff/results", "/guide"),
)
OUR_PIECES = (
    *(
        b"minutes=",
        b"1",
        b"&",
        b"=",
        b"call=EntryTranNetcash",
        b"fault=drip",
        b"%",
        b"\xff",
        b"name=",
    ),
    *(b'{"minutes": ', b'"call": "x"', b"}", b"[" * 5000, b'"\\ud800"', b"1e999", b"null", b"key="),
    *(
        b"do=mark",
        b"do=deliver",
        b"ShopID=tshop00000001",
        b"kind=correct",
        b"RetURL=http://[",
        b"page=",
    ),
)


def random_body(dice: random.Random, alphabet: tuple[bytes, ...] = PIECES) -> bytes:
    pieces = dice.choices(alphabet, k=dice.randrange(30))
    return b"".join(pieces) + dice.randbytes(dice.randrange(6))


def send_random(merchant: Merchant, rounds: int) -> None:
    dice = random.Random(4)
    for _ in range(rounds):
        path, body = dice.choice(PATHS), random_body(dice)
        headers = {b"Content-Type": dice.choice(TYPES).encode("latin-1")}
        answer = merchant.http.post(path, content=body, headers=headers)
        assert answer.status_code in (200, 400, 413), (path, body)
        if answer.headers.get("content-type") == ANSWER_TYPE:
            assert b"=" in answer.content


def test_random_bytes_never_break_a_call(merchant: Merchant) -> None:
    send_random(merchant, 400)


def test_random_bytes_never_break_a_page_of_ours() -> None:
    dice = random.Random(5)
    with serving(":memory:", late_seconds=0) as own:
        for _ in range(150):
            path, body = dice.choice(OURS), random_body(dice, OUR_PIECES)
            headers = {b"Content-Type": dice.choice(TYPES).encode("latin-1")}
            answer = own.http.post(path, content=body, headers=headers)
            assert answer.status_code < 500, (path, body)
            query = {
                "q": dice.randbytes(3).decode("latin-1"),
                "before": dice.choice(["", "-1", "9" * 30, "x"]),
            }
            pages = ("/", "/guide?page=client&shop=%00", "/guide?page=readiness", "/api/trades")
            assert own.http.get(dice.choice(pages), params=query).status_code < 500


@pytest.mark.soak
def test_a_hundred_thousand_random_bodies_never_break_a_call(merchant: Merchant) -> None:
    send_random(merchant, 100_000)
