"""Why a CheckString does not match: every single change that would make it verify, named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from app.protocol.checkstring import COVERED, Reading, to_bytes
from app.protocol.diagnosis.ours import other_shops
from app.protocol.diagnosis.signature import damage
from app.protocol.diagnosis.suspicion import Received, Suspects, Suspicion
from app.protocol.diagnosis.suspicions import suspicions
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


def diagnose(reading: Reading, suspects: Suspects) -> tuple[Finding, ...]:
    """Every single change that makes the CheckString of `reading` verify.

    Nothing for a result that verifies as it is, has no CheckString or is malformed. Of a shop that
    is not ours only the ShopID can be tried. Bounded work (see TRIED_AT_MOST): about 10,000
    hashes, some 20 ms.
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
    return _findings(digest, suspicions(received, suspects))


def _digest(check_string: bytes) -> bytes | None:
    text = check_string.decode("ascii", "replace")
    return None if CHECK_STRING.problems(text) else bytes.fromhex(text)


def _md5(message: bytes) -> bytes:
    return hashlib.md5(message, usedforsecurity=False).digest()


def _findings(digest: bytes, suspected: Iterable[Suspicion]) -> tuple[Finding, ...]:
    """One for each change; of several ways to the same, such as a day and 24 hours, the first."""
    found: dict[tuple[Change, str, Sentence | str], Finding] = {}
    for suspicion in suspected:
        if _md5(suspicion.message) == digest:
            finding = _finding(suspicion)
            found.setdefault((finding.kind, finding.parameter, finding.value), finding)
    return tuple(found.values())


def _finding(suspicion: Suspicion) -> Finding:
    way, parameter, value = suspicion.way, suspicion.parameter, suspicion.value
    return Finding(way.change, parameter, value, way.told(parameter, value))
