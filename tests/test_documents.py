"""The documents say what the code does."""

from __future__ import annotations

from tests.assumptions import DOCUMENT, assumptions, written


def test_every_assumption_about_the_gateway_stands_in_the_document() -> None:
    assert DOCUMENT.read_text("utf-8") == written(), "run `python -m tests.assumptions`"


def test_there_are_assumptions_to_be_found() -> None:
    places = {place for place, _ in assumptions()}
    assert {"app/protocol/statuses.py", "app/protocol/fields.py"} <= places
