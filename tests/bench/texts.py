"""Work on texts from outside: the diagnosis of a mismatch, and a long text that was pasted."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from functools import partial

from app.protocol.checkstring import Reading, Verdict, read_result
from app.protocol.diagnosis import Suspects, diagnose
from app.protocol.pasted import read_text
from tests.bench.measurement import Measurement, at_most, plain

HASHES = 10_000
SHORT, LONG = 7_500, 60_000
HARD = ("a", "a=", "\n", "[", "-", "--a\n")
"""What a careless pattern reads again and again."""
RESULT = "ShopID={}&OrderID={}&Status=PAYSUCCESS&TranDate=20260101003456&CheckString=" + "0" * 32


def measure() -> Iterator[Measurement]:
    """Each beside the least that such work can be."""
    floor = _seconds(lambda: [hashlib.md5(b"%060d" % n).digest() for n in range(HASHES)])
    yield plain(f"{HASHES:,} hashes: the floor", floor * 1000, "ms")
    shops = {f"shop{number:09}": f"pass{number:04}" for number in range(100)}
    suspects = Suspects(shops, shops, [f"ORDER-{number:010}" for number in range(1_000)])
    reading = read_result(RESULT.format("shop000000001", "ORDER-1").encode())
    seconds = _seconds(lambda: diagnose(reading, suspects))
    yield at_most("diagnosis, 100 shops and 1,000 orders", seconds * 1000, "ms", 9, floor * 1000)
    for part in HARD:
        short, long = (
            _seconds(partial(read_text, _of(part, size), _never)) for size in (SHORT, LONG)
        )
        yield at_most(f"a long pasted text of {part!r}", long * 1000, "ms", 20, short * 1000)


def _never(_: Reading) -> Verdict:
    return Verdict.MISMATCH


def _of(part: str, size: int) -> str:
    return part * (size // len(part))


def _seconds(work: Callable[[], object]) -> float:
    """The least of five."""
    found = []
    for _ in range(5):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)
