"""Values that a program packed: each string behind its length, as pickle, Marshal and others do.

Nothing is ever unpickled: only the strings are read. One string has to follow the other without a
gap that the packing does not explain, so that no value can be shorter or longer than it was packed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.protocol.pasted.found import encoded
from app.protocol.pasted.names import NAMES
from app.protocol.pasted.view import BREAK

LONGEST = 2_000
"""Characters in which the strings of one result stand."""

_BY_SMALL = {name.lower(): name for name in NAMES}
_SPELT = "[Ss]hop_?[Ii][Dd]|[Oo]rder_?[Ii][Dd]|[Ss]tatus|[Tt]ran_?[Dd]ate|[Cc]heck_?[Ss]tring"
_HEAD = (
    r"(?:X[\x06-\x0c]\0\0\0|t\0[\x06-\x0c]|[\x8cUZz\xda\xfa\"][\x06-\x0c]|[:\"][\x0b-\x11]"
    r"|[\xa6-\xac]|[fghijkl]|V|\$1?[0-9]\r?\n)"
)

PATTERN = re.compile(rf"{_HEAD}(?P<first>{_SPELT})(?:(?!{_HEAD}(?P=first))[\s\S]){{20,{LONGEST}}}")
"""A packed name, and what follows up to where the same name is packed again."""


def _little(head: re.Match[str]) -> int:
    return sum(ord(unit) << 8 * place for place, unit in enumerate(head["n"]))


def _big(head: re.Match[str]) -> int:
    return sum(ord(unit) << 8 * place for place, unit in enumerate(reversed(head["n"])))


def _marshalled(head: re.Match[str]) -> int:
    """Ruby writes a small number as five more than it is."""
    return max(0, ord(head["n"]) - 5)


def _in_head(head: re.Match[str]) -> int:
    """Short lengths stand in the lowest five bits of the head, longer ones behind it."""
    return ord(head["n"]) if head["n"] else ord(head[0]) & 31


def _written(head: re.Match[str]) -> int:
    return int(head["n"])


def _line(head: re.Match[str]) -> int:
    return len(head["n"])


@dataclass(frozen=True)
class _Packing:
    """`head` stands before each string and holds its length `n`, `gap` stands behind each, `tail`
    behind the last: where it does not, a sign too many may stand there."""

    head: re.Pattern[str]
    length: Callable[[re.Match[str]], int]
    gap: re.Pattern[str]
    tail: re.Pattern[str]


_BOUND = r"\Z|[^!-~]"


def _packing(
    head: str, length: Callable[[re.Match[str]], int], gap: str = "", tail: str = _BOUND
) -> _Packing:
    return _Packing(_dotted(head), length, _dotted(gap), _dotted(tail))


def _dotted(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


_PACKINGS = (
    _packing("X(?P<n>.{4})", _little, "(?:q.|r.{4})?", r"[suhNKMJG}(]|\Z"),  # pickle before 4
    _packing(r"[\x8cU](?P<n>.)", _little, r"(?:\x94|q.|r.{4})?", r"[suhNKMJG}(]|\Z"),  # since 4
    _packing(
        '(?:I?"|:)(?P<n>.)',  # Ruby
        _marshalled,
        r"(?:\x06(?::\x06E|;\0)[TF])?",
        r"(?<=\x06E[TF])|(?<=;\0[TF])|" + _BOUND,
    ),
    _packing('"(?P<n>.)', _little, "", r"\{(?=\Z|[^!-~])|" + _BOUND),  # V8
    _packing(
        r"[Zz\xda\xfa](?P<n>.)", _little, "", r"0\Z|r(?=..\0\0)|" + _BOUND
    ),  # Python's marshal
    _packing("t(?P<n>..)", _big, "", r"x(?=\Z|[^!-~])|q(?=\0~)|" + _BOUND),  # Java
    _packing(r"[\xa0-\xbf]|\xd9(?P<n>.)", _in_head),  # MessagePack
    _packing(r"[\x60-\x77]|x(?P<n>.)", _in_head),  # CBOR
    _packing(r"\$(?P<n>[0-9]{1,3})\r?\n", _written, r"\r?\n", ""),  # Redis
    _packing(r"V(?=(?P<n>[^\n]{0,200})\n)", _line, r"\n(?:p[0-9]{1,6}\n)?s?", ""),  # pickle 0
)
_KEY = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)


def strings(match: re.Match[str]) -> str | None:
    """What was packed as a form; None where the strings do not follow each other."""
    for packing in _PACKINGS:
        pairs = _pairs(_chain(match[0], packing))
        if len(pairs) > 2:
            return f"{BREAK}{encoded(pairs).decode('ascii')}{BREAK}"
    return None


def _chain(text: str, packing: _Packing) -> list[str]:
    """Strings that stand one behind the other; none where a sign too many stands with them."""
    found: list[str] = []
    at = 0
    while head := packing.head.match(text, at):
        end = head.end() + packing.length(head)
        gap = packing.gap.match(text, end) if end <= len(text) else None
        if gap is None:
            break
        found.append(text[head.end() : end])
        at = gap.end()
    return found if packing.tail.match(text, at) else []


def _pairs(chain: list[str]) -> list[tuple[str, str]]:
    """Each name with its value; none where something stands in the place of a name that is none."""
    pairs: dict[str, str] = {}
    for name, value in zip(chain[::2], chain[1::2], strict=False):
        if not _KEY.fullmatch(name):
            return []
        spelt = _BY_SMALL.get(name.lower().replace("_", ""), name)
        if spelt in pairs:
            break
        pairs[spelt] = value
    return list(pairs.items())
