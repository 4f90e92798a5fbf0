"""Reading bodies of the protocol, whatever bytes they are."""

import random

import pytest

from app.protocol.fields import ORDER_ID
from app.protocol.reading import order_id_of, read_result

PART = b'--xy\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
BODIES = (
    b"",
    b"OrderID=A1001",
    b"ShopID=x&OrderID=A-1&Status=PAYSUCCESS",
    b"orderid=A1001",
    b"OrderID=first&OrderID=second",
    b"OrderID=%41%42",
    b"OrderID=%3Cscript%3E",
    b"OrderID=&OrderID=A1001",
    b"OrderID=" + b"A" * 28,
    b"XOrderID=A1001",
    b"&&=&OrderID=\xff\xfe",
    PART % (b"OrderID", b"A1001"),
    PART % (b"x", b"&OrderID=A1001&"),
    b"--&OrderID=A1001",
)


@pytest.mark.parametrize("raw", BODIES)
def test_the_order_id_alone_is_the_one_of_the_whole_reading(raw: bytes) -> None:
    whole = read_result(raw).values.get("OrderID", "")
    assert order_id_of(raw) == ("" if ORDER_ID.problems(whole) else whole)


def test_the_order_id_of_any_bytes_at_all_can_be_asked_for() -> None:
    dice = random.Random(7)
    for _ in range(300):
        raw = b"OrderID=" * dice.randrange(2) + dice.randbytes(dice.randrange(40))
        whole = read_result(raw).values.get("OrderID", "")
        assert order_id_of(raw) == ("" if ORDER_ID.problems(whole) else whole)


def test_a_result_in_parts_is_read_as_its_values_stand() -> None:
    named = {b"ShopID": b"tshop00000001", b"OrderID": b"A+1", b"Status": b"PAYSUCCESS"}
    raw = b"".join(PART % pair for pair in named.items()) + b"--xy--\r\n"
    reading = read_result(raw)
    assert reading.signed == {name.decode(): value for name, value in named.items()}
    assert reading.malformed == "TranDate-missing"
    repeated = raw.replace(b"--xy--", PART % (b"orderid", b"B") + b"--xy--")
    assert read_result(repeated).repeated == ("OrderID",)
