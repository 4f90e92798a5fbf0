"""CheckString: computed over the bytes received, judged strictly and in order."""

import pytest

from app.protocol.checkstring import (
    MALFORMED,
    Judgement,
    Verdict,
    compute,
    judge,
    read_result,
    signed_result,
)
from app.protocol.statuses import Status
from app.protocol.wire import encode_form
from app.protocol.words import say

SHOPS = {"tshop00000001": "testpass"}
SIGNATURE = "ee6ecf000321129164b6ffa04b75e25d"
BODY = (
    "ShopID=tshop00000001&OrderID=ORDER-0001&Status=PAYSUCCESS&TranDate=20260101123456"
    f"&CheckString={SIGNATURE}&ErrCode=&ErrInfo="
)


def judged(body: str | bytes) -> Judgement:
    raw = body.encode("cp932") if isinstance(body, str) else body
    return judge(read_result(raw), SHOPS.get)


@pytest.mark.parametrize(
    ("status", "expected"),
    [("PAYSUCCESS", SIGNATURE), ("PAYFAIL", "0d6c827b84e31b71b629bf84a2f17359")],
)
def test_the_known_vectors_hold(status: str, expected: str) -> None:
    text = ("tshop00000001", "ORDER-0001", status, "20260101123456", "testpass")
    assert compute(*text) == expected
    assert compute(*(part.encode() for part in text)) == expected


def test_a_signed_result_is_verified() -> None:
    result = signed_result(
        "tshop00000001", "ORDER-0001", Status.PAYSUCCESS, "20260101123456", "testpass"
    )
    assert encode_form(result.pairs()).decode() == BODY
    judgement = judged(BODY)
    assert judgement.verdict is Verdict.VERIFIED
    assert judgement.computed == SIGNATURE
    assert not judgement.upper_case


def test_upper_case_is_accepted_and_said() -> None:
    judgement = judged(BODY.replace(SIGNATURE, SIGNATURE.upper()))
    assert judgement.verdict is Verdict.VERIFIED
    assert judgement.upper_case
    assert not judged(BODY.replace(SIGNATURE, "F" * 32)).upper_case
    assert not judged(BODY.replace(SIGNATURE, "")).upper_case


@pytest.mark.parametrize(
    ("old", "new", "verdict", "malformed"),
    [
        ("PAYSUCCESS", "PAYFAIL", "mismatch", None),
        (SIGNATURE, SIGNATURE[:-1], "mismatch", None),
        (SIGNATURE, SIGNATURE + "%20", "mismatch", None),
        (SIGNATURE, "%FF", "mismatch", None),
        (SIGNATURE, "", "no-checkstring", None),
        (f"&CheckString={SIGNATURE}", "", "no-checkstring", None),
        ("tshop00000001", "tshop00000002", "unknown-shop", None),
        ("ErrCode=", "ErrCode=NC1&ErrCode=NC2&More=1", "verified", None),
        ("OrderID=ORDER-0001&", "", "malformed", "OrderID-missing"),
        ("TranDate=20260101123456", "TranDate=", "malformed", "TranDate-missing"),
        ("ErrCode=", "orderid=B&ErrCode=", "malformed", "OrderID-repeated"),
        ("ErrCode=", "STATUS=PAYFAIL&ErrCode=", "malformed", "Status-repeated"),
        ("ErrCode=", "CheckString=x&ErrCode=", "malformed", "CheckString-repeated"),
        ("PAYSUCCESS", "EXPIRED", "malformed", "Status-unknown"),
        ("20260101123456", "20260229123456", "malformed", "TranDate-illegal"),
        ("tshop00000001", "tshop000000011", "malformed", "ShopID-illegal"),
        ("ORDER-0001", "ORDER_0001", "malformed", "OrderID-illegal"),
        ("ORDER-0001", "%92%8D", "malformed", "OrderID-illegal"),
        ("ORDER-0001", "A" * 28, "malformed", "OrderID-illegal"),
    ],
)
def test_a_changed_result_is_judged_as_what_it_is(
    old: str, new: str, verdict: str, malformed: str | None
) -> None:
    judgement = judged(BODY.replace(old, new))
    assert (judgement.verdict, judgement.reading.malformed) == (verdict, malformed)


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("ShopID=nobody&OrderID=A&Status=EXPIRED&TranDate=x", "malformed"),
        ("ShopID=nobody&OrderID=A&Status=PAYFAIL&TranDate=20260101123456", "unknown-shop"),
        ("ShopID=tshop00000001&OrderID=A&Status=PAYFAIL&TranDate=20260101123456", "no-checkstring"),
        ("", "malformed"),
        ('{"ShopID": "tshop00000001"}', "malformed"),
    ],
)
def test_shape_comes_before_shop_and_shop_before_signature(body: str, verdict: str) -> None:
    assert judged(body).verdict == verdict


@pytest.mark.parametrize(
    ("order_id", "shop_id"), [("1ORDER-0001", "tshop0000000"), ("RDER-0001", "tshop00000001O")]
)
def test_a_moved_boundary_is_not_verified_though_the_hash_has_no_separators(
    order_id: str, shop_id: str
) -> None:
    body = BODY.replace("ORDER-0001", order_id).replace("tshop00000001", shop_id)
    assert judged(body).verdict in (Verdict.UNKNOWN_SHOP, Verdict.MALFORMED)


def test_only_a_comparison_reveals_a_computed_checkstring() -> None:
    """Else a viewer could copy a valid signature for a body that nobody signed."""
    assert judged(BODY.replace(SIGNATURE, "")).computed is None
    assert judged(BODY.replace(SIGNATURE, "0" * 32)).computed == SIGNATURE


def test_a_password_that_windows_31j_cannot_say_verifies_nothing() -> None:
    assert judge(read_result(BODY.encode()), lambda _: "😀").verdict is Verdict.MISMATCH


def test_a_reading_keeps_all_that_came() -> None:
    reading = read_result(BODY.encode() + b"&x=%83%7C&x=2&shopid=B&\xff=%FF")
    assert reading.values["x"] == "ポ"
    assert reading.values["ShopID"] == "tshop00000001"
    assert reading.repeated == ("ShopID", "x")
    assert reading.extra == ("x", "\uf8f3")
    assert reading.malformed == "ShopID-repeated"


def test_every_malformation_has_its_words() -> None:
    for words in MALFORMED.values():
        assert say("ja", words).endswith("。")
        assert say("en", words).endswith(".")
