"""The guide's programs, each run as it stands there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.sandbox.operators.programs import LANGUAGES, program
from tests.sandbox.merchant import Merchant

INTERPRETERS = {
    "curl": ["sh"],
    "python": [sys.executable],
    "php": ["php"],
    "ruby": ["ruby"],
    "node": ["node"],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_of_the_guide_runs_as_it_stands(
    merchant: Merchant, language: str, tmp_path: Path
) -> None:
    interpreter = INTERPRETERS[language]
    if shutil.which("curl" if language == "curl" else interpreter[0]) is None:
        pytest.skip(f"{language} is not on this machine")
    script = tmp_path / "program"
    script.write_text(program(language, f"http://127.0.0.1:{merchant.port}"), "utf-8")
    done = subprocess.run(
        [*interpreter, str(script)], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    steps = ["EntryTranNetcash", "ExecTranNetcash", "StartURL", "SearchTradeMulti", "REQSUCCESS"]
    places = [done.stdout.index(step) for step in steps]
    assert places == sorted(places)
    assert "①髙橋様ポイント表" in done.stdout
