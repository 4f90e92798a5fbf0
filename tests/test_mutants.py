"""The rules about money, broken on purpose: each break is noticed, or argued to be none."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.mutants import ARGUED, GUARDS, ROOT, broken


@pytest.mark.soak
@pytest.mark.parametrize("module", GUARDS)
def test_no_break_of_a_rule_about_money_goes_unnoticed(module: str) -> None:
    command = [sys.executable, "-m", "tests.mutants", module]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize("module", GUARDS)
def test_every_module_that_decides_about_money_can_be_broken(module: str) -> None:
    assert broken(module, 0)


def test_every_test_that_is_to_notice_a_break_is_there() -> None:
    named = {path for paths in GUARDS.values() for path in paths}
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.soak
def test_nothing_is_argued_that_is_no_longer_there() -> None:
    about = GUARDS.keys() & {said.partition(" ")[0] for said in ARGUED}
    breaks = {said for module in about for said in _breaks(module)}
    assert set(ARGUED) <= breaks


def _breaks(module: str) -> list[str]:
    found: list[str] = []
    while one := broken(module, len(found)):
        found.append(one[0])
    return found
