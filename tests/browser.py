"""One Chromium a worker, open for as long as the tests that follow each other drive it.

Playwright's loop is the running one of its thread while it is open: no other can run beside it.
So the tests with a browser are lanes of their own, and it is closed where a lane ends.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PATIENCE = 10_000
"""Milliseconds until what a page should show must be there, however busy the machine."""
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
JOURNEYS, PAGES = "journeys", "pages in a browser"


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


def share_out(items: list[pytest.Item]) -> None:
    """Say which tests follow each other in one worker: those of a file, and those of a lane.

    The lanes are the longest ways and begin first.
    """
    driving = {_file(item) for item in items if "browser" in getattr(item, "fixturenames", ())}
    for item in items:
        lane = JOURNEYS if "tests/journeys/" in item.nodeid else PAGES
        group = lane if _file(item) in driving else _file(item)
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: not drives(item))


def drives(item: pytest.Item) -> bool:
    """Whether this test belongs to a lane."""
    group = item.get_closest_marker("xdist_group")
    return group is not None and group.args[0] in {JOURNEYS, PAGES}


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
