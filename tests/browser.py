"""One Chromium a worker, open for as long as the tests that follow each other drive it.

Playwright's loop is the running one of its thread while it is open: no other can run beside it.
So the tests with a browser are lanes of their own (`tests.lanes`), and it is closed where they end.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

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
