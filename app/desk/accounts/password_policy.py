"""What a password may be. Length does the work; what everybody tries first is refused."""

from __future__ import annotations

from hashlib import sha256

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

COMMONEST = frozenset(
    [
        "09fba7943e22",
        "0a67248b9ae0",
        "1cee46ed54fa",
        "27eecf97f30d",
        "2f5f6ce5ae30",
        "35f91566a687",
        "36aa15a88e7a",
        "373d338065c3",
        "3a5745a05f87",
        "40f598cc7655",
        "4346ff92f5b5",
        "46a281cd3549",
        "5e4ff8ebb5fe",
        "5f3b3b614957",
        "617034c22db6",
        "6c5f285a9edb",
        "74305616b2bc",
        "775b9c200002",
        "7fd06f0e2a61",
        "81d06fe91661",
        "84ebc1bac787",
        "89b00a2edf6d",
        "a90a207374d2",
        "acf45488978d",
        "b108fdf8c7b6",
        "c8c38b9c8734",
        "cb5e0fac75c9",
        "d8aafc4b847c",
        "dbdcf01bf52c",
        "e4005e2c1578",
        "e5bdf693664a",
        "f7bcd2d4e372",
    ]
)
"""Of the 10,000 commonest passwords those that are long enough, by the beginning of their SHA-256:
many are words that nobody wants to read here."""


def password_problem(password: str, email: str = "") -> Words | None:
    """What is wrong with a password that somebody with this address wants to have."""
    if len(password) < LEAST:
        return TOO_SHORT
    if len(password) > MOST:
        return TOO_LONG
    plain = password.lower()
    if _is_common(plain):
        return TOO_COMMON
    return OWN_ADDRESS if _is_of(plain, email.strip().lower()) else None


def _is_common(plain: str) -> bool:
    if len(set(plain)) < DIFFERENT or any(plain in run * len(plain) for run in RUNS):
        return True
    if sha256(plain.encode("utf-8", "replace")).hexdigest()[:12] in COMMONEST:
        return True
    # One word again and again is that one word.
    return any(plain == plain[:size] * (len(plain) // size) for size in range(1, LEAST // 2 + 1))


def _is_of(plain: str, email: str) -> bool:
    parts = {email, email.partition("@")[0], email.replace("@", "").replace(".", "")}
    return any(len(part) > 3 and len(plain.replace(part, "")) < LEFT_OVER for part in parts)
