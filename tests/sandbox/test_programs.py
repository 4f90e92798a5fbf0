"""The guide's programs, each run as it stands there."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from app.protocol.wire import split_form
from app.sandbox.operators.programs import LANGUAGES, program
from tests.sandbox.merchant import Merchant, serving

INTERPRETERS = {
    "curl": ["sh"],
    "python": [sys.executable],
    "php": ["php"],
    "ruby": ["ruby"],
    "node": ["node"],
}


def run(merchant: Merchant, language: str, folder: Path) -> str:
    """What a program of the guide prints; skips where nothing on this machine can run it."""
    interpreter = INTERPRETERS[language]
    if shutil.which("curl" if language == "curl" else interpreter[0]) is None:
        pytest.skip(f"{language} is not on this machine")
    script = folder / "program"
    script.write_text(program(language, f"http://127.0.0.1:{merchant.port}"), "utf-8")
    command = [*interpreter, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_of_the_guide_runs_as_it_stands(
    merchant: Merchant, language: str, tmp_path: Path
) -> None:
    told = run(merchant, language, tmp_path)
    steps = ["EntryTranNetcash", "ExecTranNetcash", "StartURL", "SearchTradeMulti", "REQSUCCESS"]
    places = [told.index(step) for step in steps]
    assert places == sorted(places)
    assert "①髙橋様ポイント表" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_windows_31j_twice_leaves_a_program_as_all_others_write_it(
    language: str, tmp_path: Path
) -> None:
    store = tmp_path / "sandbox.db"
    with serving(store, late_seconds=0) as merchant:
        run(merchant, language, tmp_path)
    with closing(sqlite3.connect(store)) as connection:
        bodies = connection.execute("select body from request where call = ?", ("ExecTranNetcash",))
        values = dict(split_form(bodies.fetchone()[0]))
    assert values[b"ClientField1"].startswith(b"\x87\x40\xfb\xfc")
