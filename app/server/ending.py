"""The end of a process that nothing can hold up: not a database that is silent, not a thread."""

from __future__ import annotations

import logging
import os
import threading

END_SECONDS = 8.0
"""Seconds after which a process that was told to stop ends, whatever still hangs. A supervisor
commonly kills after ten; what is cut off here is what a kill would cut off: nothing that was
answered."""

log = logging.getLogger(__name__)


def end_within(seconds: float = END_SECONDS) -> threading.Timer:
    """End this process by force unless it has ended by itself by then."""
    timer = threading.Timer(seconds, _end)
    timer.daemon = True
    timer.start()
    return timer


def _end() -> None:
    log.warning("ended by force: something still hung after the time for an orderly end")
    os._exit(1)
