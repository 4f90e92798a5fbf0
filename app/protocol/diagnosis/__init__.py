"""Why a CheckString does not match: every single change that would make it verify, named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from app.protocol.checkstring import COVERED, Reading, to_bytes
from app.protocol.diagnosis import ways
from app.protocol.diagnosis.ours import other_shops
from app.protocol.diagnosis.signature import damage
from app.protocol.diagnosis.suspicion import Received, Suspects, Suspicion
from app.protocol.diagnosis.suspicions import suspicions
from app.protocol.diagnosis.together import Couple, couples
from app.protocol.diagnosis.ways import Change
from app.protocol.fields import CHECK_STRING
from app.protocol.words import Sentence

__all__ = ["Change", "Finding", "Suspects", "diagnose"]


@dataclass(frozen=True)
class Finding:
    """One change after which the CheckString verifies. Never holds a password."""

    kind: Change
    parameter: str  # what to change; empty where the change is to the text as a whole
    value: Sentence | str  # what it would be, a text as it is; of a password, whose or in what form
    detail: Sentence  # the evidence, and what it probably means
    together: bool = False  # whether it makes the CheckString verify only with the other finding


def diagnose(reading: Reading, suspects: Suspects) -> tuple[Finding, ...]:
    """Every single change that makes the CheckString of `reading` verify, or else the two that do.

    Nothing for a result that verifies as it is, has no CheckString or is malformed. Of a shop that
    is not ours only the ShopID can be tried. Bounded work (see TRIED_AT_MOST): about 15,000
    hashes, some 30 ms.
    """
    check_string = reading.signed.get("CheckString", b"")
    if reading.malformed is not None or not check_string:
        return ()
    password = suspects.passwords.get(reading.values["ShopID"])
    covered = (reading.signed[name] for name in COVERED)
    received = Received((*covered, to_bytes(password or "")), reading.raw)
    digest = _digest(check_string.strip())
    if password is None:
        return _findings(digest, other_shops(received, suspects)) if digest else ()
    right = _md5(b"".join(received.parts))
    if damaged := damage(check_string, right.hex()):
        way, value = damaged
        return (_finding(Suspicion(b"", way, "CheckString", value)),)
    if digest is None or digest == right:
        return ()
    single = _findings(digest, suspicions(received, suspects))
    return single or _two(digest, couples(received, suspects))


def _digest(check_string: bytes) -> bytes | None:
    text = check_string.decode("ascii", "replace")
    return None if CHECK_STRING.problems(text) else bytes.fromhex(text)


def _md5(message: bytes) -> bytes:
    return hashlib.md5(message, usedforsecurity=False).digest()


def _findings(digest: bytes, suspected: Iterable[Suspicion]) -> tuple[Finding, ...]:
    """One for each text that may have been signed and the parameter that leads to it: of several
    ways to the same, such as a day and 24 hours, the first. One cause has one story."""
    found: dict[tuple[bytes, str], Finding] = {}
    for suspicion in suspected:
        if _md5(suspicion.message) == digest:
            found.setdefault((suspicion.message, suspicion.parameter), _finding(suspicion))
    return tuple(found.values())


def _two(digest: bytes, suspected: Iterable[Couple]) -> tuple[Finding, ...]:
    """The two changes of the first couple that explains it."""
    for couple in suspected:
        if _md5(couple.message) == digest:
            return tuple(_one_of_two(change) for change in couple.changes)
    return ()


def _one_of_two(suspicion: Suspicion) -> Finding:
    _, way, parameter, value = suspicion
    forms = {
        ways.SHOP: ways.ANOTHER_SHOP,
        ways.PASSWORD_OF_SHOP: ways.PASSWORD_OF,
        ways.NOT_DECODED: ways.NO_DECODING,
    }
    form = forms.get(way, ways.OF_PARAMETER if parameter else ways.AS_WHOLE)
    change = Sentence(form, {"parameter": parameter, "value": value})
    detail = Sentence(ways.TOGETHER, {"change": change})
    return Finding(way.change, parameter, value, detail, together=True)


def _finding(suspicion: Suspicion) -> Finding:
    way, parameter, value = suspicion.way, suspicion.parameter, suspicion.value
    return Finding(way.change, parameter, value, way.told(parameter, value))
