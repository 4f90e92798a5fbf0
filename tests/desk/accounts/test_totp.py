"""One-time passwords: the vectors of RFC 6238, and when a code counts."""

from datetime import UTC, datetime, timedelta

import pytest

from app.desk.accounts import totp

SECRET = b"12345678901234567890"
AT = datetime(2026, 11, 30, 12, 0, 10, tzinfo=UTC)
STEP = timedelta(seconds=totp.STEP)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_the_rfc(seconds: int, code: str) -> None:
    step = totp.step_of(datetime.fromtimestamp(seconds, UTC))
    assert totp.code_of(SECRET, step, digits=8) == code
    assert totp.code_of(SECRET, step) == code[-6:]


@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(steps: int, *, counts: bool) -> None:
    code = totp.code_of(SECRET, totp.step_of(AT + steps * STEP))
    assert (totp.step_of_code(SECRET, code, AT, None) is not None) == counts


def test_a_code_counts_once_and_none_from_before_it() -> None:
    present = totp.step_of(AT)
    used = totp.step_of_code(SECRET, totp.code_of(SECRET, present), AT, None)
    assert used == present
    for step in (present - 1, present):
        assert totp.step_of_code(SECRET, totp.code_of(SECRET, step), AT, used) is None
    following = totp.code_of(SECRET, present + 1)
    assert totp.step_of_code(SECRET, following, AT, used) == present + 1


@pytest.mark.parametrize("code", ["", "0", "１２３４５６", "é" * 6, "x" * 1000, "\ud800"])
def test_whatever_is_typed_is_judged(code: str) -> None:
    assert totp.step_of_code(SECRET, code, AT, None) is None


def test_an_app_reads_the_key_and_whom_it_is_for() -> None:
    address = totp.address(SECRET, "a b@example.jp")
    assert address == (
        "otpauth://totp/NET%20CASH%20Desk%3Aa%20b%40example.jp"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=NET%20CASH%20Desk"
    )
