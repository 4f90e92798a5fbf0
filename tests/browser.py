"""One Chromium a worker, open for as long as the tests that follow each other drive it.

Playwright's loop is the running one of its thread while it is open: no other can run beside it.
So the tests with a browser are lanes of their own, and it is closed where a lane ends.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PATIENCE = 30_000
"""Milliseconds until what a page should show must be there, however busy the machine."""
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync")


class KeptBrowser:
    """A real, headless Chromium that starts when it is first needed."""

    def __init__(self) -> None:
        self._closing = ExitStack()
        self._browser: Browser | None = None

    def get(self) -> Browser:
        from playwright.sync_api import expect, sync_playwright

        if self._browser is None:
            expect.set_options(timeout=PATIENCE)
            playwright = self._closing.enter_context(sync_playwright())
            path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
            root = ("--no-sandbox",) if os.geteuid() == 0 else ()
            self._browser = playwright.chromium.launch(executable_path=path, args=[*root, *QUIET])
            self._closing.callback(self._browser.close)
        return self._browser

    def close(self) -> None:
        self._closing.close()
        self._browser = None


class Lanes(LoadScopeScheduling):  # type: ignore[misc]
    """Which tests follow each other in one worker: those of a file, and those of a lane."""

    def _split_scope(self, nodeid: str) -> str:
        return lane_of(nodeid) or _file(nodeid)


def lane_of(nodeid: str) -> str | None:
    """The lane of a test, by its place; None for one without a browser."""
    if nodeid.startswith("tests/journeys/"):
        return "journeys"
    return "pages" if _file(nodeid).endswith("in_a_browser.py") else None


def in_lanes(items: list[pytest.Item]) -> None:
    """The lanes are the longest ways and begin first; no test drives a browser outside of them."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()) and not lane_of(item.nodeid):
            raise pytest.UsageError(f"{item.nodeid}: its file has to end in `in_a_browser.py`")
    items.sort(key=lambda item: lane_of(item.nodeid) is None)


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]
