"""Which tests follow each other in one worker: those of a file, and those of a lane.

A lane is files that share something dear, or that must not run beside each other. Lanes are the
longest ways, so they begin first.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

JOURNEYS, PAGES = "journeys", "pages"
"""Those with a browser: each lane has one open from its first test to its last."""

WAITING = {
    "tests/sandbox/test_notices.py",
    "tests/server/test_http.py",
    "tests/test_flow.py",
    "tests/test_gateway.py",
    "tests/test_interruption.py",
    "tests/test_scenarios.py",
    "tests/web/pages/test_full_disk.py",
    "tests/web/pages/test_return_under_stress.py",
    "tests/web/presentation/test_snippets.py",
    "tests/web/test_database_away.py",
}
"""Where real seconds pass: one after another, so that never all the workers wait at once."""

READING = {
    "tests/desk/status/test_one_writer.py",
    "tests/protocol/test_words.py",
    "tests/test_architecture.py",
    "tests/test_source.py",
}
"""Where the program's own code is read: it is parsed once for all of them."""


class Lanes(LoadScopeScheduling):  # type: ignore[misc]
    """The scheduler: a worker takes a lane, or a file outside of them."""

    def _split_scope(self, nodeid: str) -> str:
        return lane_of(nodeid) or _file(nodeid)


def in_lanes(items: list[pytest.Item]) -> None:
    """Put the lanes first. No test drives a browser outside of those that have one."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()) and not has_browser(item.nodeid):
            raise pytest.UsageError(f"{item.nodeid}: its file has to end in `in_a_browser.py`")
    items.sort(key=lambda item: lane_of(item.nodeid) is None)


def has_browser(nodeid: str) -> bool:
    """Whether a test belongs to a lane in which a browser may be open."""
    return lane_of(nodeid) in {JOURNEYS, PAGES}


def lane_of(nodeid: str) -> str | None:
    """The lane of a test, by its place; None for one outside of them."""
    file = _file(nodeid)
    if file.startswith("tests/journeys/"):
        return JOURNEYS
    if file.endswith("in_a_browser.py"):
        return PAGES
    if file in WAITING:
        return "waiting"
    return "reading" if file in READING else None


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]
