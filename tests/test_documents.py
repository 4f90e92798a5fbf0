"""The documents say what the code does."""

from __future__ import annotations

import re

from tests.assumptions import DOCUMENT, ROOT, assumptions, written


def test_every_assumption_about_the_gateway_stands_in_the_document() -> None:
    assert DOCUMENT.read_text("utf-8") == written(), "run `python -m tests.assumptions`"


def test_there_are_assumptions_to_be_found() -> None:
    places = {place for place, _ in assumptions()}
    assert {"app/protocol/statuses.py", "app/protocol/fields.py"} <= places


def test_the_words_of_the_glossary_are_spelt_so_in_both_catalogues() -> None:
    english, japanese = _catalogue("msgid"), _catalogue("msgstr")
    for interface, ja, en, _, never in _glossary():
        assert ja in japanese, f"{interface}: {ja}"
        assert en.lower() in english.lower(), f"{interface}: {en}"
        for word in never.split(", "):
            assert word not in english + japanese, f"{interface}: {word}"


def _glossary() -> list[list[str]]:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    table = text.partition("<!-- glossary -->")[2].partition("<!-- /glossary -->")[0]
    rows = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def _catalogue(part: str) -> str:
    """Every message, or every translation, of the Japanese catalogue."""
    text = (ROOT / "app/locales/ja/LC_MESSAGES/messages.po").read_text("utf-8")
    return "\n".join(
        "".join(line.strip('"') for line in block.splitlines())
        for block in re.findall(rf'{part} ((?:".*"\n)+)', text)
    )
