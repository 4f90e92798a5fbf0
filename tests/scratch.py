"""Where the tests put their files: in memory where there is room, for commits that cost nothing."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3
"""Bytes that have to be free. A container's own share is often a mere 64 MB."""


def work_in_memory() -> None:
    """Let every temporary file, also those of child processes, live in memory if it fits."""
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None
