"""SECURITY.md: each requirement names the tests that show it, and those exist."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.assumptions import ROOT

OPENLY = ("not met", "does not apply: ")


def rows() -> list[list[str]]:
    text = (ROOT / "SECURITY.md").read_text("utf-8").partition("## OWASP ASVS")[2]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


@cache
def names_in(path: str) -> set[str]:
    source = (ROOT / "tests" / path).read_text("utf-8")
    return set(re.findall(r"^(?:async )?def (test_\w+)", source, re.MULTILINE))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0].split(" ")[0].strip(","))
def test_a_requirement_names_tests_that_exist_or_says_that_it_is_not_met(row: list[str]) -> None:
    assert len(row) == 3
    shown = re.findall(r"`([\w/]+\.py)::(\w+)`", row[2])
    assert shown or row[2].startswith(OPENLY), row[0]
    for path, name in shown:
        assert name in names_in(path), f"{path} has no {name}"


def test_every_chapter_of_the_standard_is_spoken_of() -> None:
    chapters = {int(row[0].split(".")[0]) for row in rows()}
    assert chapters == set(range(1, 15))
