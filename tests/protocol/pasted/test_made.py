"""Texts that real tools made of one result, in the folder `made`: dumps, logs, mails, packings.

They are read as bytes alone: what a program packed is never handed to what would unpack it.
"""

from __future__ import annotations

import gzip
import random
import zlib
from base64 import b64encode
from pathlib import Path

import pytest

from app.protocol.pasted import Way, read_bytes
from app.protocol.pasted.bytes_written import GREW
from app.protocol.reading import read_result
from tests.protocol.pasted.test_tampering import changed, verified_anyway
from tests.protocol.pasted.texts import BODY, RESULT, verdict_of

MADE = {file.stem: file.read_bytes() for file in sorted((Path(__file__).parent / "made").iterdir())}

# Told by their shape, not by their text: the text beside the bytes of a dump is not read.
PACKED = [name for name in MADE if name.startswith(("ruby-m", "pickle", "python", "msg", "cbor"))]
PACKED += ["java-ser", "resp-wire", "journal-export", "journal-export-binary", "php-session"]
PACKED += ["cat-a-lines", "cat-a-body-crlf", "powershell-copied", "powershell-multipart-body"]


@pytest.mark.parametrize("text", MADE.values(), ids=MADE.keys())
def test_a_result_is_found_in_what_a_tool_made_of_it(text: bytes) -> None:
    [found] = read_bytes(text, verdict_of).results
    assert found.verified
    values = read_result(found.body).values
    assert [values[name] for name in list(RESULT)[:5]] == list(RESULT.values())[:5]


@pytest.mark.parametrize("name", PACKED)
def test_no_changed_value_verifies_in_what_a_program_packed(name: str) -> None:
    check(name, rounds=2, seed=3)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_no_changed_value_verifies_in_what_a_program_packed_whatever_the_chance(seed: int) -> None:
    for name in PACKED:
        check(name, rounds=40, seed=seed)


def check(name: str, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(rounds):
        for text in changed(MADE[name], chance):
            assert not verified_anyway(text), text


def test_how_it_was_unpacked_is_said() -> None:
    assert _ways("pickle-4") == {Way.PACKED, Way.NOT_TEXT}
    assert _ways("a-gzip-file") == {Way.COMPRESSED}
    assert _ways("cat-a-lines") == {Way.VISIBLE}
    assert _ways("gzip-in-base64-wrapped") == {Way.BASE64}


def _ways(name: str) -> set[Way]:
    [found] = read_bytes(MADE[name], verdict_of).results
    return set(found.ways)


def test_compressed_bytes_never_grow_beyond_bounds() -> None:
    bomb = zlib.compress(b"CheckString " * 200_000)
    packed = b64encode(bomb)
    [found] = read_bytes(packed, verdict_of).results
    assert not found.verified
    assert len(found.body) <= len(bomb) * (GREW + 1) + 2_000 + len(packed)


def test_of_a_compressed_file_that_is_damaged_what_can_be_had_is_read() -> None:
    noise = random.Random(7).randbytes(3_000).hex()
    whole = gzip.compress(f"{BODY}\n{noise}".encode())
    [found] = read_bytes(whole[:-400], verdict_of).results
    assert found.verified
    assert read_bytes(b"\x1f\x8b\x08" + bytes(50), verdict_of).results[0].verified is False
