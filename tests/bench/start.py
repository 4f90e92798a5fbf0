"""Cold start to the first answer, and memory at rest, beside the least application's."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.measurement import Measurement, at_most, plain
from tests.bench.programs import first_answer, running
from tests.postgresql import free_port

ROUNDS = 7
REST_SECONDS = 1.5


def measure() -> Iterator[Measurement]:
    """Start both, in turns, each from a folder that has been used before."""
    with TemporaryDirectory() as folder:
        desk, floor = _desk(Path(folder)), _floor(Path(folder))
        for command in (desk, floor):
            _start_once(*command)  # compiles, migrates
        pairs = [(_start_once(*desk), _start_once(*floor)) for _ in range(ROUNDS)]
    ours, theirs = zip(*pairs, strict=True)
    floor_seconds, floor_megabytes = _medians(theirs)
    seconds, megabytes = _medians(ours)
    yield plain("cold start of the least application", floor_seconds, "s")
    yield at_most("cold start to the first answer", seconds, "s", 1.5, floor_seconds)
    yield plain("memory at rest of the least application", floor_megabytes, "MB")
    yield at_most("memory at rest", megabytes, "MB", 1.3, floor_megabytes)


def _desk(folder: Path) -> tuple[list[str], dict[str, str], int]:
    port = free_port()
    environment = os.environ | {"PORT": str(port), "DATA_DIR": str(folder / "desk")}
    return [sys.executable, "-m", "app", "serve"], environment, port


def _floor(folder: Path) -> tuple[list[str], dict[str, str], int]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.floor", str(port), str(folder / "floor.db")]
    return command, dict(os.environ), port


def _start_once(command: list[str], environment: dict[str, str], port: int) -> tuple[float, float]:
    """Seconds to the first answer, and megabytes resident once at rest."""
    with running(command, environment) as process:
        began = time.perf_counter()
        first_answer(port)
        seconds = time.perf_counter() - began
        time.sleep(REST_SECONDS)
        return seconds, _resident_megabytes(process.pid)


def _resident_megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the process does not say how much memory it uses")


def _medians(rounds: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    seconds, megabytes = zip(*rounds, strict=True)
    return median(seconds), median(megabytes)
