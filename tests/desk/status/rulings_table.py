"""All rulings as one table, whose difference is to be read when a rule has changed.

`.venv/bin/python -m tests.desk.status.rulings_table` writes `every_report.txt` anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from app.desk.status.rules import NotFoundDecision
from app.protocol.statuses import Status
from app.records.orders import Conflict
from tests.desk.status.product import HELD, WORDS, Held, Word, ruling_of

GOLDEN = Path(__file__).with_name("every_report.txt")

LETTERS = {
    Conflict.STATUS: "S",
    Conflict.AMOUNT: "A",
    Conflict.LAGGING: "L",
    Conflict.NEVER_EXECUTED: "N",
    Conflict.NOT_REGISTERED: "R",
    Conflict.FOREIGN: "F",
}
LEGEND = """\
What each report does to each claim: what is held on the left, with the conflicts that may stand; a
column for each report. `rulings_table.py` writes this file anew.

an(swer)    of EntryTran, of ExecTran
ca(llback)  verified; d(oubted): with a code under which money may have moved; ol(der): it tells of
            an earlier time than what stands
lookup      over our amount; amount: over another; curren(cy): in another; anothe(r): of another
            trade; earl(y): asked while our unanswered call may be at work; lag(s): an hour after
            one that lagged
U unprocessed  Q requested  T started  P paid  F failed  X expired  0 no such order

.  nothing    m  moves    c  confirms    b  both    e  both, and ends the conflict
f  frees the number    !  names the conflict that stands once more    blank: cannot come
S status  A amount  L lagging  N never executed  R not registered  F foreign: raises this conflict
"""


def table() -> str:
    """All rulings, to be read and compared."""
    heads = [" " * _MARGIN + _columns(line) for line in zip(*_HEADS, strict=True)]
    return "\n".join([LEGEND, *heads, *_rows(), ""])


_MARGIN = 34
_CODES = dict(zip((*Status, None), "UQTPFX0", strict=True))
_HEADS = [
    (word.group[nth] if nth < len(word.group) else " ") + _CODES[word.status]
    for _, group in groupby(WORDS, lambda word: word.group)
    for nth, word in enumerate(group)
]


def _rows() -> Iterator[str]:
    for held in HELD:
        rows: dict[str, str] = {}
        for kind in (None, *Conflict):
            stands = replace(held, conflict=kind)
            cells = _columns(_letter(stands, word) for word in WORDS)
            rows[cells] = rows.get(cells, "") + (LETTERS[kind] if kind else "")
        for cells, kinds in rows.items():
            yield f"{held.name}{', conflict ' + kinds if kinds else ''}".ljust(_MARGIN) + cells


def _columns(cells: Iterable[str]) -> str:
    pairs = zip(WORDS, cells, strict=True)
    groups = groupby(pairs, lambda pair: pair[0].group)
    return "  ".join("".join(cell for _, cell in group) for _, group in groups).rstrip()


def _letter(held: Held, word: Word) -> str:
    if not word.may_come(held):
        return " "
    ruling = ruling_of(held, word)
    if ruling.conflict:
        return "!" if ruling.conflict is held.conflict else LETTERS[ruling.conflict]
    if isinstance(ruling, NotFoundDecision):
        return "f" if ruling.frees_number else "."
    if ruling.moves:
        return "e" if ruling.ends_conflict else "b" if ruling.confirms else "m"
    return "c" if ruling.confirms else "."


if __name__ == "__main__":
    GOLDEN.write_text(table(), "utf-8")
