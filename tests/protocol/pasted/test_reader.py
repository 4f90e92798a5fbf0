"""Whatever somebody has of a result: it is found in it, judged, and how it was read is said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.protocol.checkstring import read_result
from app.protocol.pasted import Found, Kind, Pasted, Way, read_bytes, read_text
from tests.protocol.pasted.texts import (
    ACCESS,
    BODY,
    OTHER,
    OTHER_BODY,
    RESULT,
    TEXTS,
    each,
    sheet,
    signed,
    verdict_of,
    wide,
)

LOG = "\n".join([ACCESS.format("GET / HTTP/1.1")] * 600)


def read(text: str | bytes) -> Pasted:
    return read_bytes(text.encode() if isinstance(text, str) else text, verdict_of)


def only(text: str | bytes) -> Found:
    [found] = read(text).results
    return found


def values(found: Found) -> dict[str, str]:
    return dict(read_result(found.body).values)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_result_is_found_in_every_form(text: bytes) -> None:
    found = only(text)
    assert found.verified
    wanted = OTHER if b"ORDER-0002" in text else RESULT
    assert {name: values(found)[name] for name in list(wanted)[:5]} == dict(
        list(wanted.items())[:5]
    )


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "UTF-16 with its mark"])
def test_it_is_found_far_down_in_a_long_log_too(name: str) -> None:
    text = TEXTS[name]
    try:
        around = text.decode()
    except UnicodeDecodeError:
        pytest.skip("a file has one charset")
    if "\0" in around:
        pytest.skip("a file has one charset")
    found = only(f"{LOG}\n\n{around}\n\n{LOG}")
    assert found.verified
    assert found.line > 600


def test_a_raw_body_keeps_every_byte() -> None:
    odd = BODY.replace("ORDER", "%4fRDER+") + "&x=%81%60&&"
    assert only(odd).body == odd.encode()
    assert only(odd).kind is Kind.FORM


def test_the_codes_of_a_result_come_with_it() -> None:
    found = only(TEXTS["a HAR file"])
    assert values(found)["ErrInfo"] == "NC2000001|NC2000002"


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("a raw body", ()),
        ("lines", ()),
        ("HTML's escapes", (Way.HTML,)),
        ("a page's table", (Way.TAGS,)),
        ("a log with JSON in a message", (Way.BACKSLASH,)),
        ("escaped once more", (Way.PERCENT,)),
        ("quoted-printable", (Way.QUOTED_PRINTABLE,)),
        ("an event of a serverless function", (Way.BASE64,)),
        ("a sheet with JSON in a cell", (Way.DOUBLED_QUOTES,)),
        ("broken in a mail", (Way.WRAP,)),
        ("invisible characters", (Way.INVISIBLE,)),
        ("full width in one value", (Way.WIDTH,)),
        ("hexdump -C", (Way.BYTES,)),
        ("values before their names", (Way.REVERSED,)),
        ("curl on Windows", (Way.CARET,)),
        ("jq, in colours", (Way.TERMINAL,)),
        ("EUC-JP", (Way.EUC_JP,)),
        ("Shift_JIS", (Way.SHIFT_JIS,)),
        ("ISO-2022-JP", (Way.ISO_2022_JP,)),
        ("UTF-16 without", (Way.UTF_16,)),
        ("bytes that are no text beside it", (Way.NOT_TEXT,)),
    ],
)
def test_what_was_undone_is_named(text: str, ways: tuple[Way, ...]) -> None:
    assert only(TEXTS[text]).ways == ways


def test_what_was_undone_elsewhere_is_not_named() -> None:
    wrapped = BODY[:60] + "\n" + BODY[60:]
    plain, broken = read(f"{OTHER_BODY}\n\n{wrapped}").results
    assert plain.ways == ()
    assert broken.ways == (Way.WRAP,)


def test_values_without_names_are_told_by_their_form() -> None:
    assert only(TEXTS["values alone"]).kind is Kind.SHAPES


def test_every_result_of_a_text_is_found_with_its_line() -> None:
    mixed = f"first\n{BODY}\n{json.dumps(OTHER)}\n" + each("N: V", of=signed("A-3"))
    found = read(mixed).results
    assert [one.line for one in found] == [2, 3, 4]
    assert all(one.verified for one in found)


def test_every_row_of_a_table_is_a_result() -> None:
    rows = [signed(f"A-{number}") for number in range(5)]
    text = sheet([list(rows[0]), *(list(row.values()) for row in rows)])
    assert [values(one)["OrderID"] for one in read(text).results] == [f"A-{n}" for n in range(5)]


def test_what_is_told_twice_is_one_result_told_twice() -> None:
    found = only(f"{BODY}\n\n{each('N: V')}\n\n{json.dumps(RESULT)}")
    assert found.times == 3


def test_a_genuine_result_hides_no_forged_one() -> None:
    found = read(f"{BODY}\n{BODY.replace('0001&S', '0009&S')}\n").results
    assert [one.verified for one in found] == [True, False]


def test_the_more_forged_ones_a_text_holds_the_more_are_listed() -> None:
    forged = [BODY.replace("0001&S", f"{n:04}&S") for n in range(2, 40)]
    found = read("\n".join([BODY, *forged])).results
    assert len(found) == 39
    assert sum(one.verified for one in found) == 1


def test_a_cut_text_says_so_and_where() -> None:
    text = BODY[: BODY.index("CheckString=") + 20]
    pasted = read("before\n" + text)
    assert pasted.cut is not None
    assert (pasted.cut.line, pasted.cut.column) == (2, len(text) + 1)
    assert not any(one.verified for one in pasted.results)
    assert read(BODY).cut is None


def test_a_cut_text_names_what_is_missing() -> None:
    pasted = read(BODY[: BODY.index("&CheckString=")])
    assert pasted.cut is not None
    assert pasted.cut.missing == ("CheckString",)


def test_a_piece_that_is_no_result_is_shown_with_its_place() -> None:
    [unread] = read(f"{BODY}\n\nsomething\nCheckString: {OTHER['CheckString']}\nmore").unread
    assert unread.line == 4
    assert unread.missing == ("ShopID", "OrderID", "Status", "TranDate")


def test_text_that_is_nothing_known_is_taken_as_the_body() -> None:
    found = only("good morning")
    assert (found.kind, found.body, found.verified) == (Kind.RAW, b"good morning", False)


def test_a_repeated_parameter_is_kept_in_every_form() -> None:
    """A body with Status twice is malformed. So is whatever tells of one."""
    twice = [("Status", "PAYFAIL")]
    for text in (
        BODY + "&Status=PAYFAIL",
        each("N: V") + "\nStatus: PAYFAIL",
        json.dumps(RESULT)[:-1] + ', "Status": "PAYFAIL"}',
        str([*RESULT.items(), *twice]),
        "{" + each("N=V", ", ") + ", Status=PAYFAIL}",
    ):
        assert not any(one.verified for one in read(text).results), text


@pytest.mark.parametrize(
    "forged",
    [
        BODY.replace("ORDER-0001&Status=", "ORDER-0001%26Status%3D"),
        json.dumps({**RESULT, "OrderID": 'ORDER-0001", "Status": "PAYSUCCESS', "Status": ""}),
        json.dumps(
            {**{k: v for k, v in RESULT.items() if k != "Status"},
             "OrderID": 'ORDER-0001", "Status": "PAYSUCCESS'}
        ),
        each("N: V").replace("ORDER-0001\nStatus: ", "ORDER-0001＆Status＝"),
        "{" + each("N=V", ", ").replace(", Status=", "%2C Status%3D") + "}",
    ],
)  # fmt: skip
def test_a_separator_inside_a_value_does_not_end_it(forged: str) -> None:
    """However it is escaped: where the others are not, it is a part of the value."""
    assert not any(one.verified for one in read(forged).results)


def test_a_value_that_our_own_page_computed_is_not_taken_for_one_that_came() -> None:
    """The page of a forged result shows the CheckString that would be right."""
    page = TEXTS["our own page"].decode()
    forged = page.replace(f"受信値\n{RESULT['CheckString']}", "受信値\n" + "0" * 32)
    assert not any(one.verified for one in read(forged).results)
    command = each("N: V").replace("CheckString: ", "CheckString received: " + "0" * 32 + "\n"
                                   "CheckString computed: ")  # fmt: skip
    assert not any(one.verified for one in read(command).results)


def test_width_in_escapes_is_a_value_and_stays() -> None:
    """What a sender escaped is what it signed: only the characters of the text itself may vary."""
    from urllib.parse import quote

    forged = BODY.replace("ORDER-0001", quote(wide("ORDER-0001").encode("cp932")))
    assert not only(forged).verified


@given(st.text())
def test_any_text_at_all_is_read(text: str) -> None:
    read_text(text, verdict_of)


@given(st.binary())
def test_any_bytes_at_all_are_read(data: bytes) -> None:
    read_bytes(data, verdict_of)


def test_a_broken_line_does_not_reach_into_the_next_text() -> None:
    wrapped = BODY[:60] + "\n" + BODY[60:]
    for behind in ("\n\n{", f"\n12:00 {OTHER_BODY}"):
        found = next(one for one in read(wrapped + behind).results if Way.WRAP in one.ways)
        assert found.verified
        assert values(found)["ErrInfo"] == ""
