"""What the desk is made of: each locked package with its version, hashes and licence.

`python -m tests.sbom` (`make sbom`) writes `var/sbom.json` (CycloneDX) and prints a line for each
package. Which of them are known to be vulnerable is for a scanner that reads this file.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKED = ROOT / "requirements.txt"
WRITTEN = ROOT / "var" / "sbom.json"
TOOL = Path(sys.executable).with_name("cyclonedx-py")


def locked() -> dict[str, str]:
    """The packages that a desk runs with, and their versions."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", LOCKED.read_text("utf-8"), re.MULTILINE))


def licence_of(package: str) -> str:
    """As the installed package itself says it; empty where it does not."""
    told = metadata(package)
    classifiers = told.get_all("Classifier") or []
    named = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")]
    [expression, *_] = told.get_all("License-Expression") or [""]
    [text, *_] = told.get_all("License") or [""]
    return expression or " AND ".join(named) or text.strip().partition("\n")[0]


def sbom() -> str:
    """The list in CycloneDX's form, with licences."""
    told = subprocess.run(
        [TOOL, "requirements", "--output-reproducible", str(LOCKED)],
        capture_output=True,
        check=True,
    )
    listed = json.loads(told.stdout)
    for component in listed["components"]:
        # That is the line of the lock with all its hashes once more.
        component.pop("description", None)
        component["licenses"] = [{"license": {"name": licence_of(component["name"])}}]
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(sbom(), "utf-8")
    for package, version in locked().items():
        sys.stdout.write(f"{package}\t{version}\t{licence_of(package) or 'unknown'}\n")


if __name__ == "__main__":
    main()
