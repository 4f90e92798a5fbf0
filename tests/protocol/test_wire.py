"""Bytes on the wire, compared as bytes."""

from datetime import UTC, datetime

import pytest

from app.protocol import wire
from app.protocol.text import WINDOWS_31J, encode, normalise, unsendable

GOLDEN = "〜−①ほげポ掛"


def test_the_golden_vector_leaves_as_these_bytes() -> None:
    expected = b"ClientField1=%81%60%81%7C%87%40%82%D9%82%B0%83%7C%8A%7C"
    assert wire.encode_form([("ClientField1", GOLDEN)]) == expected


@pytest.mark.parametrize(
    ("text", "raw"),
    [("髙", b"\xfb\xfc"), ("﨑", b"\xfa\xb1"), ("ⅰ", b"\xfa\x40"), ("Ⅰ", b"\x87\x54")],
)
def test_what_stands_in_windows_31j_twice_leaves_as_everybody_else_writes_it(
    text: str, raw: bytes
) -> None:
    assert wire.unescaped(wire.encode_form([("ClientField1", text)])) == b"ClientField1=" + raw
    assert wire.encode_answer([("ClientField1", f"a{text}b")]) == b"ClientField1=a" + raw + b"b"


def test_both_of_its_codes_are_read() -> None:
    for raw in (b"\xfb\xfc", b"\xee\xe0"):
        assert wire.split_answer(b"ClientField1=" + raw) == {"clientfield1": "髙"}


def test_whatever_is_written_is_read_as_what_was_meant() -> None:
    for character in map(chr, range(0x10000)):
        if not unsendable(character):
            assert encode(character).decode(WINDOWS_31J) == normalise(character)


def test_a_form_escapes_what_would_end_a_value() -> None:
    assert wire.encode_form([("a", "1&2=3+4 5%"), ("b", "")]) == b"a=1%262%3D3%2B4+5%25&b="


@pytest.mark.parametrize("text", ["😀", "—"])
def test_what_windows_31j_cannot_say_is_refused_by_the_name_of_its_place(text: str) -> None:
    for write in (wire.encode_form, wire.encode_answer):
        with pytest.raises(wire.NotWindows31J) as caught:
            write([("ClientField1", text)])
        assert caught.value.parameter == "ClientField1"


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        (b"", []),
        (b"&&a=1&&b=2&", [(b"a", b"1"), (b"b", b"2")]),
        (b"a&b=&=c&=", [(b"a", b""), (b"b", b""), (b"", b"c"), (b"", b"")]),
        (b"a=1=2", [(b"a", b"1=2")]),
        (b"a=x+y%20z%2B", [(b"a", b"x y z+")]),
        (b"a=%&b=%8&c=%zz", [(b"a", b"%"), (b"b", b"%8"), (b"c", b"%zz")]),
        (b"a=\x81\x7c%81%7C", [(b"a", b"\x81\x7c\x81\x7c")]),
    ],
)
def test_any_form_splits_into_its_pairs(raw: bytes, pairs: list[tuple[bytes, bytes]]) -> None:
    assert wire.split_form(raw) == pairs


def test_raw_and_escaped_bytes_decode_alike() -> None:
    escaped = wire.encode_form([("ClientField1", GOLDEN)])
    raw = b"ClientField1=" + GOLDEN.encode("cp932")
    decoded = [("ClientField1", "～－①ほげポ掛")]
    assert wire.decode_pairs(wire.split_form(escaped)) == decoded
    assert wire.decode_pairs(wire.split_form(raw)) == decoded


@pytest.mark.parametrize("pair", [(b"OrderID", b"\x81"), (b"OrderID", b"\xff\xfe\x80\xa0\x81 ")])
def test_bytes_that_are_not_windows_31j_are_refused_by_the_name_of_their_place(
    pair: tuple[bytes, bytes],
) -> None:
    with pytest.raises(wire.NotWindows31J, match=r"^OrderID is not Windows-31J$"):
        wire.decode_pairs([pair])


def test_the_first_value_of_a_name_counts() -> None:
    assert wire.first_values([("a", "1"), ("b", "2"), ("a", "3")]) == {"a": "1", "b": "2"}


def test_an_answer_is_raw_and_ends_without_a_newline() -> None:
    pairs = [("Token", "ab+c/d"), ("ClientField1", "ポ％")]
    assert wire.encode_answer(pairs) == b"Token=ab+c/d&ClientField1=\x83\x7c\x81\x93"


@pytest.mark.parametrize("value", ["a&b", "a\nb", "a\r"])
def test_an_answer_refuses_a_value_that_would_break_it(value: str) -> None:
    with pytest.raises(wire.BreaksTheAnswer, match=r"^ClientField1 "):
        wire.encode_answer([("ClientField1", value)])


def test_an_answer_splits_after_decoding_and_never_unescapes() -> None:
    raw = "TOKEN=ab+c%2F=d&token=x&ClientField1=ポ掛|表&Bare&&\r\n".encode("cp932")
    assert wire.split_answer(raw) == {
        "token": "ab+c%2F=d",
        "clientfield1": "ポ掛|表",
        "bare": "",
    }


def test_stamps_are_japans_time() -> None:
    moment = datetime(2025, 12, 31, 15, 0, 1, tzinfo=UTC)
    assert wire.jst_stamp(moment) == "20260101000001"
    assert wire.parse_jst_stamp("20260101000001") == moment


@pytest.mark.parametrize(
    "text",
    ["", "2026010100000", "202601010000011", "20260230000000", "00010101000000", "2026０101000000"],
)
def test_what_is_not_a_stamp_is_refused(text: str) -> None:
    with pytest.raises(wire.NotAStamp):
        wire.parse_jst_stamp(text)


def test_a_time_without_a_zone_has_no_stamp() -> None:
    with pytest.raises(ValueError, match="zone"):
        wire.jst_stamp(datetime(2026, 1, 1))  # noqa: DTZ001


def test_every_named_error_is_a_wire_error() -> None:
    for error in (wire.NotWindows31J, wire.BreaksTheAnswer, wire.NotAStamp):
        assert issubclass(error, wire.WireError)
