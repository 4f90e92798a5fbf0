"""Each single change that was made is found, and named for what it is."""

import hashlib
from urllib.parse import quote_plus

import pytest

from app.protocol.checkstring import compute, read_result
from app.protocol.diagnosis import Change, Finding, Suspects, diagnose
from app.protocol.diagnosis.suspicion import Received
from app.protocol.diagnosis.suspicions import suspicions
from app.protocol.diagnosis.together import couples
from app.protocol.words import Sentence, say

SHOP, ORDER, STATUS, DATE, PASS = RIGHT = (
    "tshop00000001",
    "ORDER-0001",
    "PAYSUCCESS",
    "20260101003456",
    "Test+pa9",
)
OTHERS = {"tshop00000002": "other+78", "tshop00000003": "third678"}
SUSPECTS = Suspects(
    passwords={SHOP: PASS, **OTHERS},
    previous_passwords={SHOP: "old45678"},
    order_ids=("ORDER-0001", "ORDER-0002", "ORDER-0003"),
    dates=("20240229235959",),
)


def md5(text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode("cp932")
    return hashlib.md5(raw).hexdigest()


def english(value: Sentence | str) -> str:
    """What an operator reads: a text as it is, or a sentence in words."""
    return value if isinstance(value, str) else say("en", value)


def diagnosed(check_string: str, **changed: str) -> tuple[Finding, ...]:
    values = {"ShopID": SHOP, "OrderID": ORDER, "Status": STATUS, "TranDate": DATE} | changed
    pairs = [*values.items(), ("CheckString", check_string)]
    body = "&".join(f"{name}={value}" for name, value in pairs)
    return diagnose(read_result(body.encode("ascii")), SUSPECTS)


def signed(**changed: str) -> str:
    """The CheckString of a result that differs from the right one in this."""
    right = dict(zip(("ShopID", "OrderID", "Status", "TranDate", "ShopPass"), RIGHT, strict=True))
    return compute(**(right | changed))


@pytest.mark.parametrize(
    ("check_string", "kind", "parameter", "value"),
    [
        (signed(Status="PAYFAIL"), "status", "Status", "PAYFAIL"),
        (signed(Status="EXPIRED"), "status", "Status", "EXPIRED"),
        (signed(OrderID="ORDER-0003"), "order", "OrderID", "ORDER-0003"),
        (signed(ShopID="tshop00000002"), "shop", "ShopID", "tshop00000002"),
        (signed(ShopID="tshop00000003", ShopPass="third678"), "shop", "ShopID", "tshop00000003"),
        (signed(ShopPass="third678"), "password", "ShopPass", "tshop00000003"),
        (signed(ShopPass="old45678"), "password", "ShopPass", SHOP),
        (signed(ShopPass=""), "password", "ShopPass", ""),
        (signed(ShopPass=md5(PASS)), "hashed-password", "ShopPass", "MD5, lower-case hex"),
        (signed(ShopPass=md5(PASS).upper()), "hashed-password", "ShopPass", "MD5, upper-case hex"),
        (signed(TranDate="20251231153456"), "date", "TranDate", "20251231153456"),
        (signed(TranDate="20260101003459"), "date", "TranDate", "20260101003459"),
        (signed(TranDate="20250101003456"), "date", "TranDate", "20250101003456"),
        (signed(TranDate="20260101123456"), "date", "TranDate", "20260101123456"),
        (signed(TranDate="2026-01-01 00:34:56"), "date", "TranDate", "2026-01-01 00:34:56"),
        (signed(TranDate="202601010034"), "date", "TranDate", "202601010034"),
        (signed(OrderID="ORDER-0001 "), "space", "OrderID", "a space after"),
        (signed(ShopPass=PASS + "\n"), "space", "ShopPass", "a line feed after"),
        (signed(TranDate="　" + DATE), "space", "TranDate", "a full-width space before"),
        (signed(OrderID="order-0001"), "case", "OrderID", "order-0001"),
        (signed(ShopPass=PASS.upper()), "case", "ShopPass", "upper case"),
        (md5("".join(RIGHT).lower()), "case", "", "lower case"),
        (signed(ShopPass=quote_plus(PASS)), "encoding", "ShopPass", "escaped"),
        (signed(ShopPass="Test pa9"), "encoding", "ShopPass", "decoded"),
        (signed(ShopPass=quote_plus(quote_plus(PASS))), "encoding", "ShopPass", "escaped twice"),
        (signed(ShopPass="Test%2bpa9"), "encoding", "ShopPass", "escaped in lower-case digits"),
        (signed(TranDate="20260401003456"), "date", "TranDate", "20260401003456"),
        (signed(TranDate="20360101003456"), "date", "TranDate", "20360101003456"),
        (signed(TranDate="20240229235959"), "date", "TranDate", "20240229235959"),
        (md5("".join(RIGHT).encode("utf-16-le")), "encoding", "", "UTF-16-LE"),
        (
            md5(ORDER + SHOP + STATUS + DATE + PASS),
            "order-of-fields",
            "",
            "OrderID + ShopID + Status + TranDate + ShopPass",
        ),
    ],
)
def test_the_one_change_is_found_and_no_other(
    check_string: str, kind: str, parameter: str, value: str
) -> None:
    [finding] = [f for f in diagnosed(check_string) if english(f.value) == value]
    assert (finding.kind, finding.parameter) == (kind, parameter)
    assert {f.kind for f in diagnosed(check_string)} == {kind}


def test_values_signed_before_they_were_unescaped_are_found() -> None:
    check_string = signed(OrderID="ORDER%2D0001")
    [finding] = diagnosed(check_string, OrderID="ORDER%2D0001")
    assert finding.kind is Change.ENCODING


@pytest.mark.parametrize(
    ("password", "signed_with", "value"),
    [
        ("a+b%2Bc", "a b%2Bc", "read with + as a space"),
        ("a+b%2Bc", "a+b+c", "decoded but for its +"),
        ("a%252Bc", "a+c", "decoded twice"),
        ("a!b+c", "a!b%2Bc", "escaped in part"),
    ],
)
def test_a_password_is_found_however_a_form_reads_or_writes_it(
    password: str, signed_with: str, value: str
) -> None:
    suspects = Suspects({SHOP: password}, {}, ())
    body = f"ShopID={SHOP}&OrderID={ORDER}&Status={STATUS}&TranDate={DATE}"
    check_string = signed(ShopPass=signed_with)
    [finding] = diagnose(read_result(f"{body}&CheckString={check_string}".encode()), suspects)
    assert (finding.kind, finding.parameter, english(finding.value)) == (
        "encoding",
        "ShopPass",
        value,
    )


@pytest.mark.parametrize(
    ("check_string", "evidence"),
    [
        (signed()[:20], "the 20 characters that came are a piece of the right one"),
        (signed()[4:], "the 28 characters that came are a piece of the right one"),
        (f'"{signed()}"', "without the 2 characters too many"),
        (signed()[:31] + "x", "if 1 of the 32 characters of CheckString were others"),
    ],
)
def test_damage_to_the_checkstring_itself_is_found(check_string: str, evidence: str) -> None:
    [finding] = diagnosed(check_string)
    assert (finding.kind, finding.parameter) == ("checkstring", "CheckString")
    assert evidence in english(finding.detail)
    assert signed() not in repr(finding)


def test_who_guesses_a_checkstring_is_not_told_how_far_it_is_right() -> None:
    wrong = {digit: "0" if digit != "0" else "1" for digit in "0123456789abcdef"}
    half = signed()[:16] + "".join(wrong[digit] for digit in signed()[16:])
    for guess in (signed()[:15], signed()[17:], half):
        assert diagnosed(guess) == ()


def test_white_space_around_the_checkstring_is_found() -> None:
    [finding] = diagnosed("+" + signed() + "%0D%0A")
    assert (finding.kind, finding.parameter) == ("space", "CheckString")


def test_a_shop_that_is_not_ours_may_be_one_of_ours_renamed() -> None:
    [finding] = diagnosed(signed(), ShopID="nobody")
    assert (finding.kind, english(finding.value)) == ("shop", SHOP)


def test_of_a_shop_that_is_not_ours_only_the_shop_is_suspected() -> None:
    unsigned = compute("nobody", ORDER, "PAYFAIL", DATE, "")
    assert diagnosed(unsigned, ShopID="nobody") == ()


@pytest.mark.parametrize(
    "check_string", [signed(), "", "0" * 32, "x" * 32, "%FF", signed(Status="PAYFAIL")[:-1]]
)
def test_nothing_is_said_where_no_single_change_explains_it(check_string: str) -> None:
    assert diagnosed(check_string) == ()


def test_two_changes_are_not_one() -> None:
    assert diagnosed(signed(Status="PAYFAIL", OrderID="ORDER-0002")) == ()


@pytest.mark.parametrize("changed", [{"Status": "EXPIRED"}, {"TranDate": "x"}, {"ShopID": "-"}])
def test_a_malformed_result_is_not_diagnosed(changed: dict[str, str]) -> None:
    assert diagnosed(signed(), **changed) == ()


@pytest.mark.parametrize("date", ["00010102000000", "99991231235959"])
def test_the_ends_of_time_are_borne(date: str) -> None:
    assert diagnosed("0" * 32, TranDate=date) == ()


def test_a_finding_states_evidence_and_then_a_guess() -> None:
    [finding] = diagnosed(signed(Status="PAYFAIL"))
    evidence, guess = english(finding.detail).split(". ")
    assert evidence == "It would verify if Status were PAYFAIL"
    assert "probably" in guess
    assert say("ja", finding.detail).startswith("Status が PAYFAIL なら一致します。")


def test_no_finding_holds_a_password() -> None:
    for changed in ("third678", "old45678", PASS.upper(), md5(PASS), PASS + " "):
        for finding in diagnosed(signed(ShopPass=changed)):
            assert changed.strip() not in repr(finding)
    assert PASS not in repr(SUSPECTS)


def test_a_hundred_shops_and_a_thousand_orders_are_ten_thousand_hashes_of_work() -> None:
    shops = {f"shop{number:09}": f"pass{number:04}" for number in range(100)}
    orders = [f"ORDER-{number:010}" for number in range(1_000)]
    received = Received(tuple(part.encode() for part in RIGHT), b"")
    tried = sum(1 for _ in suspicions(received, Suspects({**shops, SHOP: PASS}, shops, orders)))
    assert tried < 12_000


def explained(check_string: str, **changed: str) -> list[tuple[str, str, str]]:
    found = diagnosed(check_string, **changed)
    assert all(finding.together for finding in found)
    return [(finding.kind, finding.parameter, english(finding.value)) for finding in found]


@pytest.mark.parametrize(
    ("check_string", "changes"),
    [
        (
            signed(Status="PAYFAIL", TranDate="20260101003459"),
            [("status", "Status", "PAYFAIL"), ("date", "TranDate", "20260101003459")],
        ),
        (
            signed(Status="PAYFAIL", TranDate="20240229235959"),
            [("status", "Status", "PAYFAIL"), ("date", "TranDate", "20240229235959")],
        ),
        (
            signed(ShopPass="third678\n"),
            [("password", "ShopPass", "tshop00000003"), ("space", "ShopPass", "a line feed after")],
        ),
        (
            signed(ShopID="tshop00000002", ShopPass="other+78", OrderID="ORDER-0001 "),
            [("shop", "ShopID", "tshop00000002"), ("space", "OrderID", "a space after")],
        ),
        (
            md5("".join((*RIGHT[:4], quote_plus(quote_plus(PASS)))).encode("utf-16-le")),
            [("encoding", "ShopPass", "escaped twice"), ("encoding", "", "UTF-16-LE")],
        ),
    ],
)
def test_two_changes_that_are_common_together_are_both_named(
    check_string: str, changes: list[tuple[str, str, str]]
) -> None:
    assert explained(check_string) == changes


def test_of_two_changes_each_says_that_it_is_not_enough() -> None:
    for finding in diagnosed(signed(Status="PAYFAIL", TranDate="20260101003459")):
        assert "Only both changes together" in english(finding.detail)
        assert "2 つの変更" in say("ja", finding.detail)


def test_a_single_change_is_told_without_a_second() -> None:
    assert not any(finding.together for finding in diagnosed(signed(Status="PAYFAIL")))


def test_a_changed_letter_case_of_an_order_of_ours_has_one_story() -> None:
    body = f"ShopID={SHOP}&OrderID={ORDER}&Status={STATUS}&TranDate={DATE}"
    for other in ("order-0001", "Order-0001"):
        suspects = Suspects({SHOP: PASS}, {}, (ORDER, other))
        signature = signed(OrderID=other)
        [finding] = diagnose(read_result(f"{body}&CheckString={signature}".encode()), suspects)
        assert (finding.kind, finding.value) == (Change.CASE, other)


def test_no_finding_of_two_holds_a_password() -> None:
    for finding in diagnosed(signed(ShopPass="third678\n")):
        assert "third678" not in repr(finding)


def test_two_changes_are_ten_thousand_hashes_of_work() -> None:
    shops = {f"shop{number:09}": f"pass{number:04}" for number in range(100)}
    received = Received(tuple(part.encode() for part in RIGHT), b"")
    assert sum(1 for _ in couples(received, Suspects({**shops, SHOP: PASS}, shops, ()))) < 12_000
