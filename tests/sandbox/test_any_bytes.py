"""Any bytes at any address: an answer of the protocol or a clean 4xx."""

from __future__ import annotations

import random

import pytest

from app.protocol.messages import Call
from app.protocol.wire import ANSWER_TYPE
from tests.sandbox.merchant import Merchant

FORM = "application/x-www-form-urlencoded"
TYPES = (FORM, "multipart/form-data; boundary=x", "text/plain", "multipart/form-data", "\xff", "")
PIECES = (
    *(b"ShopID=", b"ShopPass=", b"OrderID=", b"Amount=", b"&", b"=", b"%", b"+", b"\x81", b"|"),
    *(b"tshop00000001", b"tpass7xq", b"%81%40", b"1000", b"AccessID=", b"Token=", b"\r\n", b"\x00"),
    *(b"--x\r\n", b"--x--", b'Content-Disposition: form-data; name="OrderID"\r\n\r\n', b"action="),
    *("１".encode("cp932"), "あ".encode(), b"PayType=16", b"NetCashPayType=NETCASH", b"pay"),
)
PATHS = (*(call.path for call in Call), "/payment/customer", "/payment/X.idPass")


def random_body(dice: random.Random) -> bytes:
    pieces = dice.choices(PIECES, k=dice.randrange(30))
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


@pytest.mark.soak
def test_a_hundred_thousand_random_bodies_never_break_a_call(merchant: Merchant) -> None:
    send_random(merchant, 100_000)
