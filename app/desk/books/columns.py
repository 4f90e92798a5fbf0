"""Which column of a book holds what: by the words of its first line, else by what stands in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256

from app.desk.books.cells import OwnWords, folded_word, order_id_of, word_of, yen_of
from app.desk.books.lines import Record
from app.records.search_fold import squeezed


class Role(StrEnum):
    """What a column is."""

    ORDER_ID = "order"
    AMOUNT = "amount"
    TAX = "tax"
    STATUS = "status"
    CUSTOMER = "customer"


@dataclass(frozen=True)
class Columns:
    """The columns of a book, counted from 0; None for what it does not have. `amount` is the whole
    where there is no `tax`; else the two are added, unless the amount holds the tax already
    (`tax_within`). `header`: the first line names them."""

    order: int
    amount: int | None = None
    tax: int | None = None
    status: int | None = None
    header: bool = False
    customer: int | None = None
    tax_within: bool = False

    def at(self, role: Role) -> int | None:
        """The column that is this."""
        found: int | None = getattr(self, role)
        return found

    def to_json(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Columns:
        """As it was kept."""
        return cls(**json.loads(text))


def words_json(words: OwnWords) -> str:
    """What the statuses of a book mean, as it is kept."""
    return json.dumps({folded_word(word): paid for word, paid in words.items()}, ensure_ascii=False)


NAMES: Mapping[Role, Sequence[str]] = {
    Role.ORDER_ID: (
        *("orderid", "注文番号", "注文id", "オーダーid", "オーダー番号", "ordernumber", "orderno"),
        *("受注番号", "受注id", "ご注文番号", "取引番号", "取引id", "伝票番号", "order", "注文"),
    ),
    Role.AMOUNT: (
        *("total", "合計", "合計金額", "総額", "税込金額", "税込合計", "請求金額", "決済金額"),
        *(
            "支払金額",
            "支払い金額",
            "お支払い金額",
            "お支払金額",
            "入金金額",
            "入金額",
            "売上金額",
            "注文金額",
            "受注金額",
            "金額",
            "利用金額",
            "amount",
            "price",
            "sum",
        ),
    ),
    Role.TAX: ("tax", "税", "消費税", "税送料"),
    Role.CUSTOMER: (
        *("customer", "customername", "clientfield1", "name", "顧客", "顧客名", "氏名", "名前"),
        *("お客様名", "お名前"),
    ),
    Role.STATUS: (
        *(
            "status",
            "状態",
            "ステータス",
            "入金",
            "入金状況",
            "入金状態",
            "入金ステータス",
            "入金確認",
        ),
        *("決済状況", "決済ステータス", "支払", "支払状況", "支払い状況", "支払状態", "payment"),
        *("入金ステータス", "paymentstatus", "paid", "入金区分", "結果", "決済結果"),
    ),
}
"""What such columns are called, the likeliest first."""

WITHOUT_TAX = ("商品代金", "商品金額", "商品合計", "小計", "本体価格", "税抜金額", "税抜合計")
"""What an amount is called that is the whole only with its tax: read where that stands beside."""

_ROWS = 200
_MOST = 0.8
"""What part of the cells must be of a kind for the column to be."""

_BETWEEN_WORDS = re.compile(r"[\s_\-./・:：#()（）]+")


def columns_of(sample: Sequence[Record]) -> Columns:
    """The columns of a book by its beginning."""
    if not sample:
        return Columns(0)
    named = _by_names(sample[0].cells)
    header = bool(named) or _is_header(sample)
    rows = [record.cells for record in sample[header : header + _ROWS]]
    found = {**_by_content(rows, taken=set(named.values()), without={*named}), **named}
    amount = found.get(Role.AMOUNT)
    # A total holds the tax already.
    is_whole = amount is not None and header and not _is_bare_amount(sample[0].cells[amount])
    tax = None if amount is None else found.get(Role.TAX)
    return Columns(
        found.get(Role.ORDER_ID, 0),
        amount,
        tax,
        found.get(Role.STATUS),
        header,
        found.get(Role.CUSTOMER),
        tax_within=is_whole and tax is not None,
    )


def named_roles(record: Record | None) -> Collection[Role]:
    """What a first line says by name that its columns are."""
    return _by_names(record.cells) if record else ()


def header_key(record: Record | None) -> str:
    """What names a first line, whichever book it stands in."""
    names = "\x1f".join(map(_name, record.cells)) if record else ""
    return sha256(names.encode("utf-8", "replace")).hexdigest()[:32]


def _by_names(cells: Sequence[str]) -> dict[Role, int]:
    names = [_name(cell) for cell in cells]
    found: dict[Role, int] = {}
    for role, known in NAMES.items():
        at = next((names.index(name) for name in known if name in names), None)
        if at is not None and at not in found.values():
            found[role] = at
    if Role.TAX in found and Role.AMOUNT not in found:
        at = next((names.index(name) for name in WITHOUT_TAX if name in names), None)
        found |= {} if at is None else {Role.AMOUNT: at}
    # "1" or "paid" alone is a status and no name of one.
    return found if Role.ORDER_ID in found or len(found) > 1 else {}


def _name(cell: str) -> str:
    return _BETWEEN_WORDS.sub("", squeezed(cell.replace("　", " ")))


def _is_bare_amount(cell: str) -> bool:
    return _name(cell) in {"amount", "金額", "利用金額", "price", *WITHOUT_TAX}


def _is_header(sample: Sequence[Record]) -> bool:
    """Whether the first line has no OrderID in the column in which the others have theirs, and
    nothing else that lines of a book have. In a plain list such a line is a mistake to be named.
    """
    rows = [record.cells for record in sample[1 : 1 + _ROWS]]
    if not rows:
        return False
    at = _by_content(rows, set(), set()).get(Role.ORDER_ID)
    first = sample[0].cells
    if at is None or at >= len(first) or len(first) == 1:
        return False
    is_number = order_id_of(first[at]).problem is None and any(map(str.isdigit, first[at]))
    speaks = any(yen_of(cell) is not None or word_of(cell).paid is not None for cell in first)
    return not is_number and not speaks


def _by_content(
    rows: Sequence[Sequence[str]], taken: set[int], without: set[Role]
) -> dict[Role, int]:
    """The columns by what stands in them, those left out that are known by name."""
    found: dict[Role, int] = {}
    for role in (Role.STATUS, Role.ORDER_ID, Role.AMOUNT):
        if role in without:
            continue
        width = max(map(len, rows), default=0)
        free = [at for at in range(width) if at not in taken]
        scores = {at: _score(role, [row[at] for row in rows if at < len(row)]) for at in free}
        best = max(scores, key=lambda at: scores[at], default=None)
        if best is not None and scores[best] >= _MOST:
            found[role] = best
            taken = taken | {best}
    return found


def _score(role: Role, cells: Sequence[str]) -> float:
    """How much a column looks like this; more than 1 for what looks like nothing else."""
    filled = [cell for cell in cells if cell.strip()]
    if not filled:
        return 0.0
    share = sum(map(_LOOKS_LIKE[role], filled)) / len(filled)
    if role is Role.ORDER_ID:
        return share * (1 + _variety(filled) + _lettered(filled)) if _variety(filled) > 0.5 else 0.0
    if role is Role.STATUS:
        return share if len(filled) == 1 or _variety(filled) <= 0.5 or len(filled) < 4 else 0.0
    return share


def _variety(cells: Sequence[str]) -> float:
    return len(set(cells)) / len(cells)


def _lettered(cells: Sequence[str]) -> float:
    """What part of the cells no amount could be."""
    return sum(yen_of(cell) is None for cell in cells) / len(cells)


_LOOKS_LIKE: Mapping[Role, Callable[[str], bool]] = {
    Role.ORDER_ID: lambda cell: order_id_of(cell).problem is None,
    Role.AMOUNT: lambda cell: yen_of(cell) is not None,
    Role.STATUS: lambda cell: word_of(cell).paid is not None,
}
