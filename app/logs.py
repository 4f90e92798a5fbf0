"""The log: each line says when (UTC), how grave, who says it, for which request, and what.

Text for people, or for machines JSON, one object a line. A traceback stands for a fault of ours
alone; what is wrong outside (network, disk, database) is one line. No line repeats what was sent,
and what a library repeats holds no secret (`app.redaction`).
"""

from __future__ import annotations

import json
import logging
import logging.config
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Literal

from app.redaction import redacted

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The request being answered. Threads and tasks that it starts inherit it."""

COUNTED_FOR = 60.0
"""Seconds for which a failure that comes again is only counted."""

CAUSES = 10
"""The most errors of a chain that are shown."""

_CONTROLS = {
    code: chr(code).encode("unicode_escape").decode()
    for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)
}


def configure(form: Literal["text", "json"]) -> None:
    """Write what this process logs to standard error, the server's own lines too."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": JsonLine if form == "json" else TextLine}},
            "handlers": {"stderr": {"()": _StandardError, "formatter": "line"}},
            # Libraries tell of each request at INFO.
            "root": {"level": "WARNING", "handlers": ["stderr"]},
            "loggers": {"app": {"level": "INFO"}},
        }
    )


class TextLine(logging.Formatter):
    """`2026-01-10T05:03:22.000Z WARNING app.gateway 3f9a2b1c what happened`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and below it the traceback of a fault of ours."""
        words = redacted(record.getMessage()).strip().translate(_CONTROLS)
        line = f"{_when(record)} {record.levelname} {record.name} {request_id.get() or '-'} {words}"
        # Indented: no words of an error can pass for a line of its own.
        return "\n".join([line, *(f"  {below}" for below in _traceback_of(record))])


class JsonLine(logging.Formatter):
    """`time`, `level`, `logger`, `request_id` (null outside a request), `message`; and `traceback`
    where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """One object on one line."""
        told: dict[str, str | None] = {
            "time": _when(record),
            "level": record.levelname,
            "logger": record.name,
            "request_id": request_id.get(),
            "message": redacted(record.getMessage()).strip(),
        }
        if below := _traceback_of(record):
            told["traceback"] = "\n".join(below)
        return json.dumps(told)


@dataclass
class _Lasting:
    told_at: float
    untold: int = 0
    total: int = 1
    over: bool = False
    flaps: bool = False


class Repeated:
    """A failure that lasts: told when it begins, then counted, told once a minute, and its end.

    One that comes and goes counts as one that lasts: its end is told once it has gone for a minute.

    `failure` and `recovery` are what is said, with a `%s` for each thing of `about` (which gateway,
    say); each is counted apart, and so is each kind of error. An error that is none of `outside` is
    a fault of ours: an ERROR with its traceback. `clock` is in seconds.
    """

    def __init__(
        self,
        log: logging.Logger,
        failure: str,
        recovery: str,
        *,
        outside: tuple[type[BaseException], ...] = (OSError,),
        level: int = logging.ERROR,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log, self._outside, self._level, self._clock = log, outside, level, clock
        self._begins, self._goes_on = f"{failure} (%s)", f"{failure} (%s), %d more times in %d s"
        self._ends = f"{recovery}, after %d failures"
        self._lasting: dict[tuple[str, ...], dict[str, _Lasting]] = {}

    def failed(self, why: BaseException | str, *about: str) -> None:
        """It has failed, for the first time or once more."""
        kind = why if isinstance(why, str) else self._kind_of(why)
        known = self._lasting.setdefault(about, {})
        moment = self._clock()
        if kind not in known:
            known[kind] = _Lasting(moment)
            fault = self._fault(why)
            level = logging.ERROR if fault else self._level
            self._log.log(level, self._begins, *about, kind, exc_info=fault)
            return
        one, passed = known[kind], moment - known[kind].told_at
        one.flaps = one.flaps or (one.over and passed < COUNTED_FOR)
        one.untold, one.total, one.over = one.untold + 1, one.total + 1, False
        if passed >= COUNTED_FOR:
            self._log.log(self._level, self._goes_on, *about, kind, one.untold, passed)
            one.told_at, one.untold = moment, 0

    def worked(self, *about: str) -> None:
        """It has not failed this time."""
        known = self._lasting.get(about) if self._lasting else None
        if not known:
            return
        moment = self._clock()
        recent = [one for one in known.values() if moment - one.told_at < COUNTED_FOR]
        if all(one.over for one in known.values()):
            if not recent:
                del self._lasting[about]
            return
        if any(one.flaps for one in recent):
            return
        self._log.info(self._ends, *about, sum(one.total for one in known.values() if not one.over))
        for one in known.values():
            one.over, one.told_at, one.untold, one.total = True, moment, 0, 0

    def _kind_of(self, error: BaseException) -> str:
        """What an error is called; of one from outside, with what the driver says first: a disk
        that is full and a lock are both an OperationalError. A refused row is never quoted."""
        cause = getattr(error, "orig", None) if isinstance(error, self._outside) else None
        said = [line[:120].translate(_CONTROLS) for line in str(cause or "").splitlines()[:1]]
        return ": ".join([type(error).__name__, *said])

    def _fault(self, why: BaseException | str) -> BaseException | None:
        """What deserves a traceback."""
        if isinstance(why, str):
            return None
        return None if isinstance(why, self._outside) else why


class _StandardError(logging.Handler):
    """Whatever standard error is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line at once. A line that cannot be written must not stop the work."""
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


def _when(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _traceback_of(record: logging.LogRecord) -> list[str]:
    error = record.exc_info[1] if record.exc_info else None
    chain = reversed(list(islice(_causes(error), CAUSES)))
    pieces = [
        piece.removesuffix("\n")
        for cause in chain
        for piece in (*traceback.format_tb(cause.__traceback__), _in_words(cause))
    ]
    return [line.translate(_CONTROLS) for line in redacted("\n".join(pieces)).splitlines()]


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """What Python itself would show, the last one first."""
    while error is not None:
        yield error
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)


def _in_words(error: BaseException) -> str:
    """The kind of an error, and its words where they can repeat nothing that was sent.

    A driver quotes the row that it refused, a ValueError the value and a KeyError the key.
    """
    kind = type(error)
    library = kind.__module__ != "builtins" and not kind.__module__.startswith("app.")
    if library or isinstance(error, ValueError | KeyError):
        return f"{kind.__module__}.{kind.__qualname__}"
    return f"{kind.__qualname__}: {error}"
