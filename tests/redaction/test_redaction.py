"""No secret leaves by any of the four ways out, however it is written."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Callable, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.logs import JsonLine, TextLine
from app.protocol.masking import mask_answer, mask_form
from app.protocol.wire import encode_form
from app.redaction import MASK, hold, known, redacted
from app.redaction.known import LIMIT, Known
from app.sentences import in_a_sentence
from app.server import CannotListen
from app.web.http.csv_download import _text
from app.web.http.problems import Problem, problem_answer
from app.web.presentation.formats import as_text, safe_hex_lines
from tests.redaction.writings import KINDS, WRITINGS

pytestmark = pytest.mark.usefixtures("nothing_else_held")

HELD = "aB3$xY-7_kq<&\"'%w9"
INNOCENT = (
    "",
    "gateway call ExecTranNetcash of order A1001-2 took 0.3 s",
    "0190a1b2-1234-7000-8000-123456789abc",
    "d41d8cd98f00b204e9800998ecf8427e",
    "髙橋 花子 100% &amp; more\r\nsecond line\t\\u0041",
    "\ud800 half a pair",
)


@pytest.fixture
def nothing_else_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held here is held for one test: six zeroes are a secret, and elsewhere an amount."""
    empty = Known()
    monkeypatch.setattr(known._known, "_held", empty._held)
    monkeypatch.setattr(known._known, "_needles", ())


def logged(text: str) -> str:
    record = logging.LogRecord("app", logging.WARNING, "", 0, "it said %s", (text,), None)
    return str(json.loads(JsonLine().format(record))["message"]) + TextLine().format(record)


def told(text: str) -> str:
    error = RuntimeError(text)
    record = logging.LogRecord("app", logging.ERROR, "", 0, "failed", None, None)
    record.exc_info = (RuntimeError, error, None)
    return str(json.loads(JsonLine().format(record))["traceback"]) + TextLine().format(record)


def refused(text: str) -> str:
    problem = Problem(400, "wrong", text, {"members": [text]})
    body = json.loads(bytes(problem_answer(400, "wrong", "", problem).body))
    return f"{body['detail']} {body['members'][0]} {in_a_sentence(CannotListen(text))}"


def exported(text: str) -> str:
    file = b"".join(_text([[["A1001", text], ["A1002", 100]]])).decode()
    rows = list(csv.reader(io.StringIO(file.removeprefix("\ufeff"), newline="")))
    assert rows[1] == ["A1002", "100"]
    return rows[0][1]


def evident(text: str) -> str:
    raw = encode_form([("OrderID", "A1001"), ("ClientField1", text)])
    body = text.encode("cp932", "replace")
    lines = "".join(printed for *_, printed in safe_hex_lines(body))
    return mask_form(raw) + mask_answer(text.encode()) + as_text(body) + lines


WAYS_OUT: Mapping[str, Callable[[str], str]] = {
    "log": logged,
    "traceback": told,
    "error": refused,
    "export": exported,
    "evidence": evident,
}


def assert_hidden(way: str, secret: str, written: str) -> None:
    hold(secret)
    for text in (written, f"before {written} after"):
        left = WAYS_OUT[way](text)
        # Looked at twice: what is left is read anew, in every way we know.
        assert MASK in left
        assert redacted(left) == left
        assert secret not in left
        assert written not in left


def assert_no_writing_upon_another_fools(way: str, secret: str, first: str, second: str) -> None:
    assert_hidden(way, secret, WRITINGS[second](WRITINGS[first](secret)))


@pytest.mark.parametrize("way", WAYS_OUT)
def test_no_way_to_write_it_gets_a_secret_out(way: str) -> None:
    for writing in WRITINGS.values():
        assert_hidden(way, HELD, writing(HELD))


some = {
    "way": st.sampled_from(sorted(WAYS_OUT)),
    "secret": st.sampled_from(sorted(KINDS)).flatmap(KINDS.__getitem__),
    "first": st.sampled_from(sorted(WRITINGS)),
    "second": st.sampled_from(sorted(WRITINGS)),
}
calmly = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@settings(max_examples=120, deadline=None, suppress_health_check=calmly)
@given(**some)
def test_no_writing_upon_another_gets_a_secret_out(
    way: str, secret: str, first: str, second: str
) -> None:
    assert_no_writing_upon_another_fools(way, secret, first, second)


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None, suppress_health_check=calmly)
@given(**some)
def test_no_writing_upon_another_gets_a_secret_out_at_length(
    way: str, secret: str, first: str, second: str
) -> None:
    assert_no_writing_upon_another_fools(way, secret, first, second)


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16-le", "utf-16-be"])
def test_a_secret_in_japanese_is_found_in_each_encoding(encoding: str) -> None:
    hold("花子のひみつ")
    raw = "花子のひみつ".encode(encoding)
    for written in (raw.hex(), "".join(f"%{byte:02X}" for byte in raw), raw.decode("latin-1")):
        assert redacted(f"({written})") == f"({MASK})"


@pytest.mark.parametrize("text", INNOCENT)
def test_what_holds_no_secret_stays_as_it_is(text: str) -> None:
    assert redacted(text) == text


def test_only_the_secret_itself_is_taken_out() -> None:
    hold(HELD)
    text = f"one {WRITINGS['percent-escaped'](HELD)} two {HELD} three"
    assert redacted(text) == f"one {MASK} two {MASK} three"


@pytest.mark.parametrize(
    "noise", ["%25", "&amp;", "\\u005c", "A+/9", "\0\n", "\xc2\xa0", "%41+&lt;\0\n"]
)
def test_noise_that_can_be_undone_without_end_comes_to_an_end(noise: str) -> None:
    text = noise * (4_000 // len(noise))
    assert redacted(text) == text


def test_what_was_used_last_is_known_and_of_the_rest_no_more_than_a_bound() -> None:
    some = Known()
    some.hold("lasting-secret")
    for number in range(2 * LIMIT):
        some.hold(f"passing-{number:04}", "lasting-secret")
    assert len(some.needles()) == LIMIT
    assert b"lasting-secret" in some.needles()
    assert b"passing-0000" not in some.needles()


def test_what_is_too_short_to_tell_is_not_looked_for() -> None:
    hold("the", "", None, "10000000")
    assert redacted("the order of 10000000") == "the order of 10000000"
