"""Which process asked, and whether it is still there to hear the answer."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path

_PROC = Path("/proc")
# Fields of /proc/<pid>/stat, counted after the name: the state, and the clock ticks from the
# machine's start to the process's.
_STATE, _STARTED = 0, 19
_DEAD = "ZX"


@cache
def current_process() -> str:
    """The name of this process: machine, number, and its birth, which tells it from a later one."""
    return f"{_host()}:{os.getpid()}:{_birth(os.getpid())}"


def has_exited(owner: str) -> bool:
    """Whether the process of this name has certainly ended. Of another machine's, who knows."""
    host, pid, birth = owner.rsplit(":", 2)
    return host == _host() and _birth(int(pid)) != birth


def _host() -> str:
    return socket.gethostname()[:40]


def _birth(pid: int) -> str:
    """When the process with this number began; empty where there is none."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        # Without /proc its mere presence has to do.
        return "present" if not _PROC.is_dir() and _answers(pid) else ""
    return "" if fields[_STATE] in _DEAD else f"{_boot()}.{fields[_STARTED]}"


@cache
def _boot() -> str:
    """Which start of the machine this is."""
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text()[:8]
    except OSError:
        return ""


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
