"""Finds the browser that the journeys drive, or installs it where that is allowed.

Prints its path. Ends with one sentence that says what to install when there is none.
"""

import os
import shutil
import subprocess
import sys

NAMES = (
    "chromium-headless-shell",  # a third of the work for each page that opens
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
MISSING = (
    "The browser tests need Chromium: install it (Debian: apt install chromium) "
    "or set CHROMIUM to its path."
)
APT = ("apt-get", "-o", "DPkg::Lock::Timeout=300")


def find() -> str | None:
    """The path of a Chromium, from CHROMIUM or the usual places."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> str | None:
    """Where we are root, install Debian's Chromium without windows, and a font with Japanese."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    needed = ("chromium-headless-shell", "fonts-noto-cjk")
    for words in (("update", "-qq"), ("install", "-y", "-qq", *needed)):
        subprocess.run([*APT, *words], stdout=sys.stderr, check=False)
    return find()


def main() -> None:
    path = find() or install()
    if not path:
        sys.exit(MISSING)
    print(path)  # noqa: T201


if __name__ == "__main__":
    main()
