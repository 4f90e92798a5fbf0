"""Reading a list as people keep it: whatever writes it, and whatever a spreadsheet did to it."""

from __future__ import annotations

import csv
import io
import string
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.desk.books.cells import Problem, order_id_of, word_of, yen_of
from app.desk.books.columns import Columns
from app.desk.books.reading import BookLine, read_book

NUMBERS = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=27)
BOOK = [("A1001", 2530, "入金済"), ("A1002", 980, "未入金"), ("A1003", 12000, "入金済")]


def lines(text: str | bytes, chosen: Columns | None = None) -> list[BookLine]:
    return list(read_book(text if isinstance(text, bytes) else text.encode(), chosen).lines)


def read(text: str | bytes) -> list[tuple[str, int | None, bool | None]]:
    return [(one.order_id, one.yen, one.paid) for one in lines(text)]


def written(delimiter: str, header: bool = True) -> str:
    head = delimiter.join(["ご注文番号", "お名前", "金額", "入金状況"]) + "\r\n"
    rows = [[number, "髙橋 花子", f'"{yen:,}"', word] for number, yen, word in BOOK]
    return (head if header else "") + "".join(delimiter.join(row) + "\r\n" for row in rows)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le"])
def test_a_book_reads_the_same_whatever_wrote_it(delimiter: str, charset: str) -> None:
    expected = [(number, yen, word == "入金済") for number, yen, word in BOOK]
    assert read(written(delimiter).encode(charset)) == expected
    assert read(written(delimiter, header=False).encode(charset)) == expected


@given(
    st.lists(
        st.tuples(NUMBERS, st.integers(0, 200_000), st.text('あい、",\n x', max_size=12)),
        min_size=2,
        unique_by=lambda row: row[0],
    )
)
def test_what_a_csv_writer_has_written_is_read_again(rows: list[tuple[str, int, str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([("OrderID", "Amount", "note"), *rows])
    found = lines(out.getvalue())
    assert [(one.order_id, one.yen) for one in found] == [(row[0], row[1]) for row in rows]
    assert all(one.problem is None for one in found)


# Those that are called as columns are name one.
PLAIN = NUMBERS.filter(lambda number: not read_book(number.encode()).columns.header)


@given(st.lists(PLAIN, unique=True, min_size=1))
def test_a_plain_list_is_its_numbers(numbers: list[str]) -> None:
    assert [one.order_id for one in lines("\n".join(numbers))] == numbers


@pytest.mark.parametrize("text", ["だめ\nA1\nA2\n", "だめ,入金済\nA1,未入金\nA2,入金済\n"])
def test_an_illegal_first_line_is_named_and_not_taken_for_a_header(text: str) -> None:
    assert next((one.line, one.problem) for one in lines(text)) == (1, Problem.ILLEGAL)


@given(st.binary(max_size=400))
def test_any_bytes_at_all_end_in_lines(data: bytes) -> None:
    for one in lines(data):
        assert one.problem or order_id_of(one.order_id).problem is None


def test_a_line_is_named_by_its_number_behind_quoted_line_breaks() -> None:
    text = 'OrderID,note\nA1,"two\nlines"\nだめ,x\nA2,"never closed\nA3,y\n'
    found = {one.order_id: one for one in lines(text)}
    assert (found["A1"].line, found["だめ"].line, found["A3"].line) == (2, 4, 6)
    assert found["だめ"].problem is Problem.ILLEGAL


def test_a_number_that_stands_twice_counts_once() -> None:
    found = lines("A1\na1\nA1\n")
    assert [one.problem for one in found] == [None, None, Problem.DUPLICATE]
    assert found[2].detail == "1"


@pytest.mark.parametrize(
    ("cell", "number", "problem"),
    [
        ("Ａ－１００１", "A-1001", None),
        (' "A1001" ', "A1001", None),
        ("注文番号：A1001", "A1001", None),
        ('="00123"', "00123", None),
        ("1.2E+10", "1.2E+10", Problem.SCIENTIFIC),
        ("A 1", "A 1", Problem.ILLEGAL),
        ("x" * 28, "x" * 28, Problem.TOO_LONG),
        ("　", "", Problem.MISSING),
    ],
)
def test_what_a_spreadsheet_did_is_undone_or_named(
    cell: str, number: str, problem: Problem | None
) -> None:
    found = order_id_of(cell)
    assert (found.text, found.problem) == (number, problem)


@pytest.mark.parametrize(
    ("cell", "yen"),
    [("¥2,530", 2530), ("２５３０円", 2530), ("2530.00", 2530), ("-5", None), ("入金済", None)],
)
def test_amounts_are_read_as_people_write_them(cell: str, yen: int | None) -> None:
    assert yen_of(cell) == yen


@pytest.mark.parametrize(
    ("cell", "paid"),
    [
        *(("入金済", True), ("ＰＡＩＤ", True), ("OK", True), ("1", True), ("PAYSUCCESS", True)),
        *(("未入金", False), ("0", False), ("EXPIRED", False), ("たぶん", None)),
    ],
)
def test_a_status_is_read_in_their_own_words(cell: str, paid: bool | None) -> None:
    assert word_of(cell).paid is paid


def test_a_status_that_is_not_understood_is_named_and_an_empty_one_is_not_paid() -> None:
    found = lines("OrderID,Amount,Status\nA1,100,maybe\nA2,100,\nA3,x,paid\n")
    assert [(one.paid, one.unread) for one in found] == [(None, "maybe"), (False, ""), (True, "x")]


def test_amount_and_tax_are_added_where_both_have_a_column() -> None:
    assert read("OrderID,Amount,Tax\nA1,100,10\nA2,50,\n") == [("A1", 110, True), ("A2", 50, True)]


def test_the_columns_are_those_that_a_person_has_set() -> None:
    chosen = Columns(1, 0, header=True)
    assert [(one.order_id, one.yen) for one in lines("a,b\n5,6\n", chosen)] == [("6", 5)]


@pytest.mark.soak
def test_a_hundred_thousand_lines_take_little_memory() -> None:
    rows = "".join(f'ORD{at:07d},山田 太郎,"{at % 9000:,}",入金済\r\n' for at in range(100_000))
    data = f"注文番号,氏名,金額,入金\r\n{rows}".encode("cp932")
    tracemalloc.start()
    assert sum(1 for _ in read_book(data).lines) == 100_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60 * 1024 * 1024
