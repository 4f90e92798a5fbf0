"""What the OpenAPI descriptions say is so: schemathesis asks a running desk and its sandbox."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import DeskProcess, desk_process

pytestmark = pytest.mark.soak

EXAMPLES = "50"
"""Questions for each operation, besides those that try the bounds of every value."""

# A value may be well formed and name nothing: a shop or a tag that nobody has.
NAMES_NOTHING = """
[[operations]]
include-path = ["/api/v1/orders", "/api/v1/callbacks"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "304", "422", "429"]
"""

# The gateway refuses in its own way: 200, and an ErrCode in the text.
REFUSES_WITH_200 = """
[[operations]]
include-path-regex = "^/payment/"
checks.negative_data_rejection.enabled = false
"""


def found_by_asking(folder: Path, address: str, secret: str, config: str) -> str:
    """What schemathesis has to say of a description; empty: nothing."""
    (folder / "st.toml").write_text(config, "utf-8")
    program = [str(Path(sys.executable).parent / "schemathesis")]
    asked = subprocess.run(
        [
            *(*program, "--config-file", "st.toml", "run", address),
            *("-H", f"Authorization: Bearer {secret}", "--max-examples", EXAMPLES, "--no-color"),
        ],
        cwd=folder,
        text=True,
        capture_output=True,
        check=False,
    )
    return asked.stdout + asked.stderr if asked.returncode else ""


def secret_of_a_program(desk: DeskProcess) -> str:
    with desk.client() as client:
        scopes = [("name", "asks"), *(("scope", one) for one in ("read", "intake", "lookup"))]
        body = "&".join("=".join(one) for one in scopes)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        made = client.post("/settings/tokens", content=body, headers=form)
    found = re.search(r"data-token[^>]*>([^<\s]+)<", made.text)
    assert found, made.text
    return found[1]


def test_the_read_api_does_what_its_description_says(tmp_path: Path) -> None:
    with desk_process(tmp_path) as desk:
        secret = secret_of_a_program(desk)
        address = f"{desk.url}/api/v1/openapi.json"
        assert not found_by_asking(tmp_path, address, secret, NAMES_NOTHING)


def test_the_sandbox_does_what_its_description_says(tmp_path: Path) -> None:
    with desk_process(tmp_path) as desk:
        with desk.client() as client:
            shown = client.get("/sandbox").text
        found = re.search(r'id="sandbox-key">([^<]+)<', shown)
        assert found
        address = f"{desk.url}/sandbox/openapi.json"
        assert not found_by_asking(tmp_path, address, found[1], REFUSES_WITH_200)
