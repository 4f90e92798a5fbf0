"""Whatever a result's body says (Interface 2.1.2.4), read leniently and totally."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from app.protocol import fields as f
from app.protocol.fields import Field
from app.protocol.messages.answers import Result
from app.protocol.multipart import split_multipart
from app.protocol.statuses import RETURNED
from app.protocol.text import WINDOWS_31J
from app.protocol.wire import split_form
from app.protocol.words import N_, Sentence, Words

#: What CheckString covers, in its order, and CheckString itself.
COVERED = ("ShopID", "OrderID", "Status", "TranDate")
SIGNED = (*COVERED, "CheckString")

_NAMES = tuple(row.name for row in Result.PARAMETERS)
_SPELLING = {name.lower(): name for name in _NAMES}
_AS_SPELT = {name.encode(): name for name in _NAMES}


@dataclass(frozen=True)
class Reading:
    """Everything a raw result says, before anyone judges whether to believe it."""

    raw: bytes
    values: Mapping[str, str]  # for display: a name's first value, undecodable bytes replaced
    signed: Mapping[str, bytes]  # the first bytes received of each signed key that is there
    repeated: tuple[str, ...]  # names that came more than once
    extra: tuple[str, ...]  # names a result does not have
    malformed: str | None  # a key of MALFORMED, or None where the shape is right


def read_result(raw: bytes) -> Reading:
    """Read any bytes at all. Never raises.

    Names compare without case, so that a second spelling of a signed key counts as a repetition.
    """
    pairs = [(_name(name), value) for name, value in pairs_of(raw)]
    counts = Counter(name for name, _ in pairs)
    first: dict[str, bytes] = {}
    for name, value in pairs:
        first.setdefault(name, value)
    signed = {name: first[name] for name in SIGNED if name in first}
    repeated = tuple(name for name, count in counts.items() if count > 1)
    return Reading(
        raw=raw,
        values={name: _displayed(value) for name, value in first.items()},
        signed=signed,
        repeated=repeated,
        extra=tuple(name for name in first if name not in _NAMES),
        malformed=_malformed(signed, repeated),
    )


def plain_reading(raw: bytes, values: Mapping[str, str]) -> Reading:
    """The reading of a body that says just these values, all that is signed among them."""
    signed = {name: values[name].encode("ascii") for name in SIGNED}
    return Reading(raw, values, signed, (), (), _malformed(signed, ()))


def pairs_of(raw: bytes) -> list[tuple[bytes, bytes]]:
    """The pairs of a result's body as bytes. Never fails.

    Results are urlencoded. A shop's own server that hands one on may send it in parts: whatever
    begins with a delimiter is no urlencoded form, and its values are as they stand.
    """
    parts = split_multipart(raw, "") if raw.startswith(b"--") else []
    return parts or split_form(raw)


_PLAIN_ORDER_ID = re.compile(rb"(?:^|&)OrderID=([0-9A-Za-z-]{1,27})(?:&|\Z)")


def order_id_of(raw: bytes) -> str:
    """The OrderID in a result's body, if it is one at all; empty where it is not.

    The same as `read_result` finds. A plain one is found at once: reading it costs a tenth of all
    that taking a callback does.
    """
    plain = _PLAIN_ORDER_ID.search(raw)
    alone = b"%" not in raw and raw.lower().count(b"orderid") == 1
    if plain and alone and not raw.startswith(b"--"):
        return plain[1].decode("ascii")
    for name, value in pairs_of(raw):
        if _name(name) == "OrderID":
            order_id = _displayed(value)
            return "" if f.ORDER_ID.problems(order_id) else order_id
    return ""


def _name(raw: bytes) -> str:
    if raw in _AS_SPELT:
        return _AS_SPELT[raw]
    name = _displayed(raw)
    return _SPELLING.get(name.lower(), name)


def _displayed(raw: bytes) -> str:
    # Most are ASCII, for which that codec is four times as fast.
    if raw.isascii():
        return raw.decode("ascii")
    return raw.decode(WINDOWS_31J, "replace")


def _malformed(signed: Mapping[str, bytes], repeated: tuple[str, ...]) -> str | None:
    """The first fault of the shape. The hash has no separators: shape is part of the proof."""
    for name in COVERED:
        if not signed.get(name):
            return f"{name}-missing"
    for name in SIGNED:
        if name in repeated:
            return f"{name}-repeated"
    if signed["Status"] not in _RESULT_STATUSES:
        return "Status-unknown"
    shapes = ("TranDate", f.TRAN_DATE), ("ShopID", f.SHOP_ID), ("OrderID", f.ORDER_ID)
    return next(
        (f"{name}-illegal" for name, field in shapes if not _fits(field, signed[name])), None
    )


_RESULT_STATUSES = tuple(status.encode() for status in RETURNED)


def _fits(field: Field, value: bytes) -> bool:
    return value.isascii() and not field.problems(value.decode("ascii"))


def _missing(name: str) -> Sentence:
    return Sentence(N_("%(name)s is missing."), {"name": name})


def _repeated(name: str) -> Sentence:
    return Sentence(N_("%(name)s is there more than once."), {"name": name})


#: Every reason for which a result is malformed, in the order in which they are judged.
MALFORMED: Mapping[str, Words] = {
    **{f"{name}-missing": _missing(name) for name in COVERED},
    **{f"{name}-repeated": _repeated(name) for name in SIGNED},
    "Status-unknown": N_("Status is neither PAYSUCCESS nor PAYFAIL."),
    "TranDate-illegal": N_("TranDate is not a date and time."),
    "ShopID-illegal": N_("ShopID is not at most 13 half-width letters and digits."),
    "OrderID-illegal": N_("OrderID is not at most 27 half-width letters, digits and hyphens."),
}
