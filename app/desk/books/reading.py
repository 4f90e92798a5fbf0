"""Reading a book: bytes or a pasted text as lines, each judged by itself. No database, no gateway.

It is read as it is asked for and never held whole: a hundred thousand lines take as much memory
as a hundred.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

from app.desk.books.cells import (
    KEPT,
    NO_WORDS,
    Number,
    OwnWords,
    Problem,
    Word,
    order_id_of,
    word_of,
    yen_of,
)
from app.desk.books.columns import Columns, Role, columns_of, header_key, named_roles
from app.desk.books.lines import SAMPLE_LINES, Record, delimiter_of, lines_of, records_of
from app.protocol.pasted import Way
from app.protocol.pasted.charset import text_of


@dataclass(frozen=True, slots=True)
class BookLine:
    """One line: its OrderID, and what the book says of it. `yen`: Amount and Tax together.

    `paid`: an amount without a column of statuses is listed as paid, an empty status is not; None
    where the book says neither, or in a word that is not understood. `status`: the interface's word
    where it uses one.
    `tax`: the part of `yen` that is Tax, where the book says. `customer`: who pays, as it stands
    there. `unread`: the amount or the status has a word that is not understood, as it stands there.
    """

    line: int
    order_id: str
    problem: Problem | None = None
    detail: str = ""
    yen: int | None = None
    paid: bool | None = None
    status: str | None = None
    said: str = ""
    unread: str = ""
    tax: int = 0
    customer: str = ""


@dataclass(frozen=True)
class Reading:
    """A book as it is read. `lines` can be gone through once. `first`: its first record's cells;
    `header_key` names that line, `named`: which columns it names. `ways`: how it was written, where
    that is not UTF-8."""

    columns: Columns
    named: Collection[Role]
    delimiter: str
    ways: Sequence[Way]
    first: Sequence[str]
    header_key: str
    lines: Iterator[BookLine]


def read_book(data: bytes, chosen: Columns | None = None, words: OwnWords = NO_WORDS) -> Reading:
    """Read a book. `chosen`: the columns as a person has set them; `words`: what its statuses mean,
    as a person has said."""
    pieces, ways = text_of(data)
    lines = lines_of(piece.replace("\0", "\ufffd") for piece in pieces)
    sample = list(islice(lines, SAMPLE_LINES))
    delimiter = delimiter_of(sample)
    records = records_of(chain(sample, lines), delimiter)
    beginning = list(islice(records, SAMPLE_LINES))
    columns = chosen or columns_of(beginning)
    first = beginning[0] if beginning else None
    rows = islice(chain(beginning, records), 1 if columns.header else 0, None)
    return Reading(
        columns,
        named_roles(first),
        delimiter,
        ways,
        [cell[:KEPT] for cell in first.cells] if first else (),
        header_key(first),
        _judged(rows, columns, words),
    )


def _judged(records: Iterator[Record], columns: Columns, words: OwnWords) -> Iterator[BookLine]:
    """Each line, a number named again as such: the first one counts."""
    seen: dict[str, int] = {}
    for record in records:
        number = order_id_of(_cell(record, columns.order))
        if number.problem is None:
            before = seen.setdefault(number.text, record.line)
            if before != record.line:
                number = Number(number.text, Problem.DUPLICATE, str(before))
        yield _line(record, columns, words, number)


def _line(record: Record, columns: Columns, words: OwnWords, number: Number) -> BookLine:
    amount, said = _cell(record, columns.amount).strip(), _cell(record, columns.status).strip()
    money, word = _money(record, columns, amount), word_of(said, words) if said else Word()
    unread = [amount] if amount and money is None else []
    unread += [said] if said and word.paid is None else []
    yen = money.yen if money else None
    return BookLine(
        record.line,
        number.text,
        number.problem,
        number.detail,
        yen,
        word.paid if said else _unsaid(columns, yen),
        word.status,
        said[:KEPT],
        " · ".join(unread)[:KEPT],
        money.tax if money else 0,
        _cell(record, columns.customer).strip(),
    )


def _unsaid(columns: Columns, yen: int | None) -> bool | None:
    """What a line without a status says."""
    if columns.status is not None:
        return False
    return True if yen is not None else None


class _Money(NamedTuple):
    yen: int
    tax: int = 0


def _money(record: Record, columns: Columns, amount: str) -> _Money | None:
    if not amount:
        return None
    yen, tax = yen_of(amount), _cell(record, columns.tax).strip()
    if yen is None:
        return None
    if not tax:
        return _Money(yen)
    beside = yen_of(tax)
    if columns.tax_within:
        # The whole is known, whatever stands beside it.
        return _Money(yen, beside if beside is not None and beside <= yen else 0)
    return None if beside is None else _Money(yen + beside, beside)


def _cell(record: Record, at: int | None) -> str:
    return "" if at is None or at >= len(record.cells) else record.cells[at]
