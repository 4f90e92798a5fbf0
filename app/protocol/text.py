"""What Windows-31J does to text, and what a Japanese keyboard does to identifiers."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

#: The codec that reads both directions. Not `shift_jis`, which lacks ①, 髙 and 﨑.
#: Never write with it: `encode` says why.
WINDOWS_31J = "cp932"

_IBM_EXTENSIONS = range(0xFA40, 0xFC4C)
_NEC_SELECTED = (0xED, 0xEE)

# Python's codec encodes these to the bytes of their neighbour, so they come back changed.
_COMES_BACK_AS = str.maketrans("〜−‖¢£¬", "～－∥￠￡￢")

# Control, private-use and lone-surrogate characters: the codec carries many, no operator means one.
_NEVER_MEANT = frozenset({"Cc", "Co", "Cs"})

_HYPHENS = "－‐‑‒–—―−ーｰ"  # what keyboards and word processors make of "-"
_LETTERS_AND_DIGITS = [code for code in range(0x21, 0x7F) if chr(code).isalnum()]
_HALF_WIDTH = {code + 0xFEE0: code for code in _LETTERS_AND_DIGITS} | dict.fromkeys(
    map(ord, _HYPHENS), ord("-")
)


def encode(text: str, errors: str = "strict") -> bytes:
    """`text` as everybody else's Windows-31J writes it. Raises UnicodeEncodeError as `str.encode`.

    373 characters (U+9AD9, U+FA11, U+2170…) stand in Windows-31J twice: among the IBM extensions,
    where Java, PHP, Ruby, Perl, glibc and Windows itself write them, and among the NEC-selected
    rows, where Python does. Both are read; only the former are written.
    """
    if text.isascii():
        return text.encode("ascii")
    written = _written_twice()
    pieces = re.split(f"([{''.join(written)}])", text)
    return b"".join(written.get(piece) or piece.encode(WINDOWS_31J, errors) for piece in pieces)


@cache
def _written_twice() -> dict[str, bytes]:
    """The characters that Python writes into the NEC-selected rows, as they ought to be written."""
    found: dict[str, bytes] = {}
    for code in _IBM_EXTENSIONS:
        raw = code.to_bytes(2, "big")
        character = raw.decode(WINDOWS_31J, "replace")
        if len(character) == 1 and character.encode(WINDOWS_31J)[0] in _NEC_SELECTED:
            found[character] = raw
    return found


def encodes(text: str) -> bool:
    """Whether Windows-31J has every character of `text`."""
    try:
        text.encode(WINDOWS_31J)
    except UnicodeEncodeError:
        return False
    return True


def distinct(characters: str) -> str:
    """The characters in order of first appearance, each once."""
    return "".join(dict.fromkeys(characters))


def unsendable(text: str) -> str:
    """The characters of `text` that must not be sent, in order, each once.

    Those Windows-31J cannot carry (emoji, —), and those it carries but nobody means: control
    characters, U+0080 and the private-use area.
    """
    if text.isascii() and text.isprintable():  # most of what is ever asked, and cheap to answer
        return ""
    return "".join(
        character
        for character in distinct(text)
        if unicodedata.category(character) in _NEVER_MEANT or not encodes(character)
    )


def byte_length(text: str) -> int:
    """Length of `text` in Windows-31J bytes.

    A character it cannot carry counts as two, like every full-width one, so that a counter beside
    an input field does not jump when the character is replaced.
    """
    if encodes(text):
        return len(text.encode(WINDOWS_31J))
    return sum(len(c.encode(WINDOWS_31J)) if encodes(c) else 2 for c in text)


def normalise(text: str) -> str:
    """`text` as it comes back after a trip over the wire: 〜 − ‖ ¢ £ ¬ become ～ － ∥ ￠ ￡ ￢.

    For comparing what was sent with what a lookup returns.
    """
    return text.translate(_COMES_BACK_AS)


def composed(text: str) -> str:
    """`text` with each kana joined to the voicing mark behind it, which file names of macOS part.

    Only these: to compose everything would also change kanji into others that look alike.
    """
    return _PARTED_KANA.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)


_PARTED_KANA = re.compile(r"[\u3046-\u30fd][\u3099\u309a]")


def to_half_width(text: str) -> str:
    """`text` with full-width letters and digits, and every kind of hyphen, made ASCII.

    For identifiers and amounts typed by a person; never for client fields.
    """
    return text.translate(_HALF_WIDTH)
