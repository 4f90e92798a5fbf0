"""A sandbox on a real socket, and a merchant who calls it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.merchant import Merchant, serving

LATE_SECONDS = 0.5


@pytest.fixture(scope="session")
def merchant() -> Iterator[Merchant]:
    """The default shop's server, calling a sandbox that all tests of the session share."""
    with serving(":memory:", late_seconds=LATE_SECONDS) as merchant:
        yield merchant
