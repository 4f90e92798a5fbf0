"""What reading costs is in proportion to the text, whatever stands in it. Work is counted."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Callable
from cProfile import Profile
from typing import NamedTuple
from urllib.parse import quote, urlencode

import pytest

from app.protocol.checkstring import Verdict
from app.protocol.pasted import reader
from app.protocol.pasted.effort import Effort
from app.protocol.pasted.found import KEPT
from app.protocol.pasted.reader import WORK, read_bytes
from tests.protocol.pasted.texts import BODY, OBJECT, each, signed, verdict_of

HARD = {
    "a letter": "a",
    "equals signs": "a=",
    "line ends": "\n",
    "brackets": "[",
    "braces": "{",
    "tags": "<td>",
    "open tags": "<td ",
    "backslashes": "\\",
    "percent escapes": "%25",
    "entities": "&amp;",
    "quotes": "''",
    "carets": "^&",
    "blanks": " ",
    "names": "ShopID=a&OrderID=b&",
    "heads": "ShopID,OrderID,Status,TranDate,CheckString\n",
    "heads in brackets": "(ShopID,OrderID,Status,TranDate) ",
    "names without values": "CheckString ",
    "names in a row": "TranDate,OrderID,",
    "statuses": "PAYSUCCESS ",
    "statuses in lines": "PAYSUCCESS\n",
    "values": "20260101123456 f29a060cf8cd523f3d4e46fa23d835d3 PAYSUCCESS A ",
    "objects in objects": '{"TranDate":',
    "arrays of numbers": "83, 104, 107, 99, ",
    "a dump": "00000000: 4865 6c6c 6f20 776f 726c 6421 0a48 656c  Hello world!.Hel\n",
    "Base64": "U2hvcElEPXRzaG9w",
    "compressed Base64": b64encode(zlib.compress(b"CheckString " * 5_000)).decode() + "\n\n",
    "packed names": "\x8c\x06ShopID\x94\x8c\x04AAAA\x94",
    "packed strings": "X\x06\0\0\0ShopIDaq\x01X\0\0\0\0q\0",
    "lines of cat -A": "TranDate=^I$\n",
    "numbers without places": " 53 68 6f 63 6b\n",
    "uuencoded lines": "\nbegin 644 a\nM4VAO<$E$\n",
    "quoted replies": "> CheckString=\n",
    "results": BODY + "\n",
    "results in one line": "&" + BODY,
    "results that do not verify": BODY.replace("ORDER", "RODER") + "\n",
    "objects": OBJECT + "\n",
    "lines": each("N: V") + "\n\n",
}


class Costs(NamedTuple):
    """What reading a text takes: units of work, and calls of functions."""

    units: int
    calls: int


def costs(text: str) -> Costs:
    """What reading this text takes."""
    effort = Effort(WORK)
    calls = calls_of(lambda: reader._Reading(verdict_of, effort=effort).of([text]))
    return Costs(effort.spent, calls)


def calls_of(work: Callable[[], object]) -> int:
    """Calls of functions, of Python and of C, that this takes."""
    profile = Profile()
    profile.runcall(work)
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.parametrize("part", HARD.values(), ids=HARD.keys())
def test_twice_the_text_costs_no_more_than_twice_the_work(part: str) -> None:
    short, long = (costs(part * (size // len(part))) for size in (4_200, 8_400))
    assert long.units <= 2.5 * short.units + 5_000
    assert long.calls <= 2.5 * short.calls + 5_000


@pytest.mark.parametrize("part", HARD.values(), ids=HARD.keys())
def test_a_large_text_costs_no_more_than_all_the_work_there_is(part: str) -> None:
    text = part * (300_000 // len(part))
    effort = Effort(60_000)
    pasted = reader._Reading(verdict_of, effort=effort).of([text])
    assert effort.spent <= 60_000 + len(text)
    assert pasted.lines == text.count("\n") + 1


def test_a_text_that_is_too_much_says_where_reading_ended_and_counts_on() -> None:
    hidden = [quote(BODY.replace("ORDER", f"A{number}")) for number in range(300)]
    plain = [urlencode(signed(f"A-{number}")) for number in range(100)]
    effort = Effort(100_000)
    text = "\n".join([*hidden, "x" * reader.WINDOW, *plain])
    pasted = reader._Reading(verdict_of, effort=effort).of([text])
    assert pasted.stopped is not None
    assert 1 <= pasted.stopped <= 300
    assert pasted.counts[Verdict.VERIFIED] == 100, "what is plain is found to the end"


def test_of_many_results_the_first_are_kept_and_all_are_judged_and_counted() -> None:
    signed_ones = [urlencode(signed(f"A-{number}")) for number in range(KEPT + 500)]
    forged = [line.replace("A-", "B-") for line in signed_ones[:300]]
    text = "\n".join([*signed_ones, *forged, *signed_ones]).encode()
    pasted = read_bytes(text, verdict_of)
    assert pasted.counts == {Verdict.VERIFIED: KEPT + 500, Verdict.MISMATCH: 300}
    assert (pasted.number, len(pasted.results), pasted.stopped) == (KEPT + 800, KEPT, None)
    assert {one.times for one in pasted.results} == {2}
    assert [one.line for one in pasted.results] == [*range(1, KEPT + 1)]


def test_a_long_log_costs_nothing_where_no_result_stands() -> None:
    log = '203.0.113.9 - - [01/Jan/2026:12:34:57 +0900] "GET /index.php HTTP/1.1" 200 512 "-"\n'
    assert costs(log * 5_000).units == 0


def test_a_result_between_two_windows_is_read_once_and_whole() -> None:
    for shift in range(0, 400, 57):
        filler = "x" * 79 + "\n"
        text = filler * ((reader.WINDOW - shift) // 80) + each("N: V") + "\n" + filler * 200
        [found] = read_bytes(text.encode(), verdict_of).results
        assert (found.verified, found.times) == (True, 1)


def test_results_in_every_window_are_all_found() -> None:
    filler = "x" * 79 + "\n"
    text = "".join(f"{filler * 150}{json.dumps(signed(f'A-{n}'))}\n" for n in range(20))
    found = read_bytes(text.encode(), verdict_of).results
    assert [one.verified for one in found] == [True] * 20
    assert [one.line for one in found] == [151 * (n + 1) for n in range(20)]
