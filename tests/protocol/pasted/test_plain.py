"""What is plain is read fast, and never otherwise than all the rest would read it."""

from __future__ import annotations

import json
import random
from functools import partial

import pytest

from app.protocol.pasted import Pasted, reader
from app.protocol.pasted.plain import PlainReader
from app.protocol.reading import plain_reading, read_result
from tests.protocol.pasted.test_tampering import changed
from tests.protocol.pasted.test_work import HARD, calls_of
from tests.protocol.pasted.texts import (
    ACCESS,
    BODY,
    OBJECT,
    OTHER,
    OTHER_BODY,
    RESULT,
    TEXTS,
    each,
    sheet,
    verdict_of,
)

ROWS = sheet([list(RESULT), list(RESULT.values()), list(OTHER.values())])
PLAIN = {
    "a body": (BODY, 1),
    "a body in quotes": (f'body="{OTHER_BODY}" status=200', 1),
    "bodies in lines": (f"{BODY}\n{OTHER_BODY}\n", 2),
    "an object": (OBJECT, 1),
    "an object in lines": (json.dumps(OTHER, indent=2), 1),
    "lines": (each("N: V"), 1),
    "lines of two results": (each("N: V") + "\n" + each("N: V", of=OTHER), 2),
    "pairs in a line": (each("N=V", " "), 1),
    "pairs with commas": (each("N: V", ", "), 1),
    "a sheet": (ROWS, 2),
    "a sheet with semicolons": (ROWS.replace(",", ";"), 2),
    "a sheet in quotes": (sheet([list(RESULT), list(OTHER.values())], quoting=1), 1),
    "a sheet with other columns": (
        sheet([["no", *RESULT, "memo"], ["1", *RESULT.values(), "x"]]),
        1,
    ),
}
NOT_PLAIN = {
    "a parameter before it": "x=1&" + BODY,
    "a parameter behind it": BODY + "&Status=PAYFAIL",
    "a line of it behind it": each("N: V") + "\nStatus: PAYFAIL",
    "a line of it before it": "status: PAYFAIL\n" + each("N: V"),
    "a pair of it behind it": each("N=V", " ") + " Status=PAYFAIL",
    "a key behind it": OBJECT[:-1] + ', "Status": "PAYFAIL"}',
    "separators of two kinds": each("N: V").replace("Status: ", "Status= "),
    "an escape in a value": BODY.replace("ORDER-", "ORDER%2D"),
    "another name for a column": ROWS.replace("ErrInfo", "status"),
    "the same column twice": ROWS.replace("ErrInfo", "OrderID"),
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_plain_is_found(name: str) -> None:
    text, number = PLAIN[name]
    found = PlainReader().records(text, 0, len(text))
    assert len(found) == number
    for record in found:
        reading = read_result(record.body)
        assert verdict_of(reading) == "verified"
        plain = plain_reading(reading.raw, record.values)
        assert (plain.signed, plain.malformed) == (reading.signed, reading.malformed)


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_what_may_be_read_otherwise_is_not_plain(name: str) -> None:
    assert PlainReader().records(NOT_PLAIN[name], 0, len(NOT_PLAIN[name])) == []


def told(pasted: Pasted) -> list[tuple[object, ...]]:
    return [
        (one.verdict, sorted(read_result(one.body).signed.items()), one.line, one.times)
        for one in pasted.results
    ]


@pytest.mark.parametrize("part", HARD.values(), ids=HARD.keys())
def test_twice_the_text_takes_no_more_than_twice_as_long_to_look_for_it(part: str) -> None:
    short, long = (part * (size // len(part)) for size in (10_000, 20_000))
    reading = {text: partial(PlainReader().records, text, 0, len(text)) for text in (short, long)}
    assert calls_of(reading[long]) <= 2.5 * calls_of(reading[short]) + 1_000


LOG = "\n".join([ACCESS.format("GET / HTTP/1.1")] * 450)


def check(monkeypatch: pytest.MonkeyPatch, piece: str) -> None:
    """The same is told of a piece far down in a long log with the fast reader and without it."""
    text = f"{LOG}\n\n{piece}\n\n{LOG}"
    assert len(LOG) > reader.WINDOW
    fast = reader._Reading(verdict_of).of([text])
    with monkeypatch.context() as patch:
        patch.setattr(PlainReader, "records", lambda *_: [])
        slow = reader._Reading(verdict_of).of([text])
    assert told(fast) == told(slow)


@pytest.mark.parametrize("name", [*PLAIN, *NOT_PLAIN])
def test_a_long_text_tells_the_same_with_and_without_it(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    check(monkeypatch, PLAIN[name][0] if name in PLAIN else NOT_PLAIN[name])


@pytest.mark.soak
@pytest.mark.parametrize("name", TEXTS)
def test_any_long_text_tells_the_same(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    chance = random.Random(name)
    try:
        pieces = [TEXTS[name].decode()]
    except UnicodeDecodeError:
        pytest.skip("a file has one charset")
    pieces += [text.decode("utf-8", "replace") for text in changed(TEXTS[name], chance)]
    for piece in pieces:
        check(monkeypatch, piece)
