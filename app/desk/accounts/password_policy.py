"""What a password may be. Length does the work; what everybody tries first is refused."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from hashlib import sha256
from pathlib import Path

from app.protocol.words import N_, Sentence, Words

LEAST, MOST = 12, 128
"""Characters (OWASP ASVS 2.1.1 and 2.1.2). Which kinds they are is not asked: that makes worse
passwords."""

TOO_SHORT = Sentence(N_("A password has at least %(least)s characters."), {"least": LEAST})
TOO_LONG = Sentence(N_("A password has at most %(most)s characters."), {"most": MOST})
TOO_COMMON = N_("This password is among the first that are tried. Choose another one.")
OWN_ADDRESS = N_("This password is made of your e-mail address. Choose another one.")

DIFFERENT = 5
"""Different characters at least: fewer are one key held down."""

RUNS = ("1234567890", "0987654321", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
"""Along which keys a finger runs, over and over."""

LEFT_OVER = 6
"""Characters that are left without the e-mail address: fewer are a number behind a name."""

COMMONEST = Path(__file__).parent / "common_passwords.txt"
"""Of the 30,000 commonest passwords those that are long enough, each by the beginning of its
SHA-256: many are words that nobody wants to read here."""

WORDS = ("password", "passw0rd", "qwerty", "letmein", "welcome", "admin", "changeme", "netcash")
"""With a few characters behind it each is as common as itself."""


def password_problem(password: str, email: str = "") -> Words | None:
    """What is wrong with a password that somebody with this address wants to have."""
    if len(password) < LEAST:
        return TOO_SHORT
    if len(password) > MOST:
        return TOO_LONG
    plain = password.lower()
    if _is_common(plain):
        return TOO_COMMON
    own = email.strip().lower()
    parts = {own, own.partition("@")[0], own.replace("@", "").replace(".", "")}
    return OWN_ADDRESS if _is_made_of(plain, parts) else None


def _is_common(plain: str) -> bool:
    if len(set(plain)) < DIFFERENT or any(plain in run * len(plain) for run in RUNS):
        return True
    if sha256(plain.encode("utf-8", "replace")).hexdigest()[:12] in _commonest():
        return True
    if _is_made_of(plain, WORDS):
        return True
    # One word again and again is that one word.
    return any(plain == plain[:size] * (len(plain) // size) for size in range(1, LEAST // 2 + 1))


def _is_made_of(plain: str, parts: Collection[str]) -> bool:
    """Whether hardly more than one of these is left of it, or a run along the keys."""
    left = (plain.replace(part, "") for part in parts if len(part) > 3 and part in plain)
    return any(len(one) < LEFT_OVER or any(one in run for run in RUNS) for one in left)


@cache
def _commonest() -> frozenset[str]:
    return frozenset(COMMONEST.read_text("ascii").split())
