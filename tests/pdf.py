"""What stands on each page of a PDF that Chromium has made, as text."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from unicodedata import normalize

Objects = Mapping[int, bytes]

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)> Tj|\((?:\\.|[^\\)])*\) Tj")
_SPAN = re.compile(rb"<(\w+)> <(\w+)> <(\w+)>")
_ONE = re.compile(rb"^<(\w+)> <(\w+)>$", re.MULTILINE)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, in the order in which it was painted."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    pages = [body for body in objects.values() if re.search(rb"/Type /Page\b", body)]
    # A font that has one shape for a letter and a radical names whichever it likes.
    return [normalize("NFKC", "".join(_text(objects, page))) for page in pages]


def _text(objects: Objects, page: bytes) -> Iterator[str]:
    fonts = {
        name: _letters(objects, int(number))
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", page)
    }
    contents = re.search(rb"/Contents (\d+) 0 R", page)
    assert contents
    letters: Mapping[int, str] = {}
    for font, codes in _SHOWN.findall(_stream(objects[int(contents[1])])):
        if font:
            letters = fonts[font]
        else:
            width = 4 if len(codes) % 4 == 0 and max(letters, default=0) > 255 else 2
            for start in range(0, len(codes), width):
                yield letters.get(int(codes[start : start + width], 16), "")


def _letters(objects: Objects, font: int) -> Mapping[int, str]:
    """Which character each code of a font stands for."""
    named = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    if named is None:
        return {}
    table, letters = _stream(objects[int(named[1])]), {}
    for block in re.findall(rb"beginbfchar\n(.*?)endbfchar", table, re.DOTALL):
        for code, text in _ONE.findall(block):
            letters[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange\n(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in _SPAN.findall(block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                letters[int(first, 16) + step] = chr(int(text, 16) + step)
    return letters


def _stream(body: bytes) -> bytes:
    _, _, content = body.partition(b"stream\n")
    # What follows it in the file is no part of it, and is left over.
    return zlib.decompressobj().decompress(content) if b"/FlateDecode" in body else content
