"""A quick look finds what judging would verify, in plain bodies, and believes nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.protocol.checkstring import Verdict, judge, read_result, signed_result
from app.protocol.messages import Result
from app.protocol.quick_look import LONGEST, quick_signature
from app.protocol.wire import encode_form
from tests.protocol import values
from tests.protocol.test_properties import bodies

SHOP, PASSWORD = "tshop00000001", "testpass"
BODY = (
    b"ShopID=tshop00000001&OrderID=ORDER-0001&Status=PAYSUCCESS&TranDate=20260101123456"
    b"&CheckString=ee6ecf000321129164b6ffa04b75e25d&ErrCode=&ErrInfo="
)


def signed(result: Result) -> Result:
    return signed_result(SHOP, result.OrderID, result.Status, result.TranDate, PASSWORD)


few = settings(max_examples=200, deadline=None)


def signer(raw: bytes) -> bytes | None:
    signature = quick_signature(raw, {SHOP.encode(): PASSWORD.encode()}.get)
    return signature.shop_id if signature else None


def test_a_signed_result_has_its_shop_as_signer() -> None:
    assert signer(BODY) == SHOP.encode()
    assert signer(BODY.replace(b"ErrInfo=", b"ErrInfo=NC1000001%7CNC1000002")) == SHOP.encode()


@pytest.mark.parametrize(
    "raw",
    [
        BODY.replace(b"PAYSUCCESS", b"PAYFAIL"),
        BODY.replace(b"ShopID=tshop00000001", b"ShopID=other"),
        BODY.replace(b"ORDER", b"%4FRDER"),
        BODY.replace(b"ShopID", b"shopid"),
        BODY + b"&" + b"X" * LONGEST,
        BODY[:60],
        b"",
    ],
)
def test_what_is_not_signed_or_not_plain_has_none(raw: bytes) -> None:
    assert signer(raw) is None


@few
@given(bodies)
def test_any_bytes_can_be_looked_at(raw: bytes) -> None:
    signer(raw)


@few
@given(values.results.map(signed), st.booleans())
def test_a_result_as_the_gateway_makes_it_has_a_signer_exactly_when_it_verifies(
    result: Result, genuine: bool
) -> None:
    raw = encode_form(result.pairs())
    if not genuine:
        raw = raw.replace(b"CheckString=", b"CheckString=0", 1)
    verified = judge(read_result(raw), {SHOP: PASSWORD}.get).verdict is Verdict.VERIFIED
    assert (signer(raw) is not None) is verified is genuine
