"""What a password may be."""

import pytest

from app.desk.accounts.password_policy import (
    LEAST,
    MOST,
    OWN_ADDRESS,
    TOO_COMMON,
    TOO_LONG,
    TOO_SHORT,
    password_problem,
)
from app.protocol.words import Words

EMAIL = "yamada.taro@example.jp"


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("correct horse battery", None),
        ("パスワードは長いほうが安全です", None),
        ("x" * 3, TOO_SHORT),
        ("abcd-efgh-i"[: LEAST - 1], TOO_SHORT),
        ("7fq." * (MOST // 4) + "x", TOO_LONG),
        ("aaaaaaaaaaaa", TOO_COMMON),
        ("121212121212", TOO_COMMON),
        ("123456789012", TOO_COMMON),
        ("qwertyuiopasdf", TOO_COMMON),
        ("1q2w3e4r5t6y", TOO_COMMON),
        ("QWERTY123456", TOO_COMMON),
        ("unbelievable", TOO_COMMON),
        ("secretsecret", TOO_COMMON),
        ("password1234", TOO_COMMON),
        ("Password123456789", TOO_COMMON),
        ("Administrator1!", None),
        ("1qaz2wsx3edc4rfv", TOO_COMMON),
        ("my password is a long one", None),
        ("dragon-dragon-dragon-", None),
        (EMAIL, OWN_ADDRESS),
        ("Yamada.Taro2026", OWN_ADDRESS),
        ("yamadataroexamplejp", OWN_ADDRESS),
        ("yamada.taro likes long walks", None),
        ("\ud800" * 3 + "correct horse", None),
    ],
)
def test_a_password_is_refused_for_what_it_is(password: str, problem: Words | None) -> None:
    assert password_problem(password, EMAIL) == problem
