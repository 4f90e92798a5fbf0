"""How many files this process may have open: every connection is one."""

from __future__ import annotations

import resource
from contextlib import suppress

USUAL_LIMIT = 1_048_576
"""What is asked for where the system names no limit."""


def raise_file_limit() -> int:
    """Raise the limit to what the system allows; what it is now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = USUAL_LIMIT if hard == resource.RLIM_INFINITY else hard
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return min(wanted, USUAL_LIMIT)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
