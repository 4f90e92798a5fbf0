"""A quick look at a result: whether one of our shops has signed it, in a few microseconds.

It tells what to judge first, and never what to believe: that is `checkstring.judge`. Only a plain
body is looked at, as the gateway makes them: each signed value bare, each name as it is spelt.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hmac import compare_digest
from typing import NamedTuple

from app.protocol.checkstring import COVERED, SIGNED, md5_hex

LONGEST = 1_000
"""Bytes of the longest body that is looked at. The gateway's own have some 250."""

_PLAIN = re.compile(rb"[0-9A-Za-z-]+")

_SIGNED = tuple(name.encode() for name in SIGNED)
_COVERED = _SIGNED[: len(COVERED)]


class Signature(NamedTuple):
    """Which shop has signed, and the CheckString: the same one comes with the same values alone."""

    shop_id: bytes
    check_string: bytes


def quick_signature(raw: bytes, password_of: Callable[[bytes], bytes | None]) -> Signature | None:
    """How a shop of ours has signed this; None where none has, or it is not plain.

    `password_of` gives the ShopPass of a ShopID, None for a shop that is not ours.
    """
    if len(raw) > LONGEST:
        return None
    values = {name: value for name, _, value in (pair.partition(b"=") for pair in raw.split(b"&"))}
    signed = [values.get(name, b"") for name in _SIGNED]
    if not all(map(_PLAIN.fullmatch, signed)):
        return None
    password = password_of(values[b"ShopID"])
    if password is None:
        return None
    computed = md5_hex(b"".join([*signed[: len(_COVERED)], password])).encode()
    equal = compare_digest(computed, values[b"CheckString"].lower())
    return Signature(values[b"ShopID"], computed) if equal else None
