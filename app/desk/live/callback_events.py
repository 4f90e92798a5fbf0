"""Callbacks as the live feed tells of them, each with a cursor to go on from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Lock

from sqlmodel import Session

from app.clock import now
from app.records.callback_feed import (
    callbacks_by_key,
    keys_between,
    number_between,
    processed_among,
)
from app.records.callback_lists import copies_of
from app.records.callbacks import Callback
from app.records.keys import LAST_KEY, first_key, moment_of
from app.records.shops import Environment

WINDOW = timedelta(seconds=10)
"""How long after its key was made a row may still come to light: keys are made before commits."""

PATIENCE = timedelta(seconds=1)
"""How long a callback is held back so that it can be told of with its verdict."""

_WRITTEN = re.compile(r"(0[0-9a-f]{31})\.([0-9]{1,9})")
"""No key of this millennium begins with another digit, and no calendar knows all that could."""


@dataclass(frozen=True)
class Cursor:
    """How far a reader has got: the last key, and how many of the keys just before it were known.

    When more of them have come to light since, they are told again; else nothing is told twice.
    """

    key: str
    known: int

    def __str__(self) -> str:
        return f"{self.key}.{self.known}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """The cursor that was written so; None for anything else."""
        written = _WRITTEN.fullmatch(text)
        return cls(written[1], int(written[2])) if written else None


@dataclass(frozen=True, eq=False)
class CallbackEvent:
    """One callback that arrived, or was processed at last.

    `shown` is the callback whose row tells of it: of a repeat, the first with the same bytes,
    which has had `copies` repeats so far. `told`: every environment was told of it before it was
    judged, and so before anybody knew to which it belongs.
    """

    cursor: Cursor
    callback: Callback
    shown: Callback
    copies: int
    told: bool = False

    def concerns(self, environment: Environment, order_key: str = "") -> bool:
        """Whether it belongs on a page of this environment, or of this order."""
        if order_key:
            return self.callback.order_key == order_key
        return self.callback.environment in (environment, None)

    def leaves(self, environment: Environment, order_key: str = "") -> bool:
        """Whether a list of this environment shows it, and it does not belong there after all."""
        return self.told and not order_key and not self.concerns(environment)


class SeenKeys:
    """The keys of late that have been told of, in order. Several threads may use it."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._lock = Lock()

    def add(self, key: str) -> bool:
        """Whether the key is new."""
        with self._lock:
            place = bisect_right(self._keys, key)
            if place and self._keys[place - 1] == key:
                return False
            self._keys.insert(place, key)
            return True

    def cursor(self, key: str) -> Cursor:
        """The cursor of a reader that has been told of everything known up to this key."""
        with self._lock:
            start = bisect_right(self._keys, window_before(key))
            return Cursor(key, bisect_right(self._keys, key) - start)

    def forget_before(self, key: str) -> None:
        """Drop what is too old to come to light late."""
        with self._lock:
            del self._keys[: bisect_right(self._keys, key)]


def window_before(key: str) -> str:
    """The key that could have been made a WINDOW before this one."""
    return first_key(moment_of(key) - WINDOW)


def present_cursor(session: Session) -> Cursor:
    """The cursor of a page that is made now. Read it before the page's rows are read."""
    key = first_key(now())
    return Cursor(key, number_between(session, window_before(key), key))


def missed(session: Session, since: Cursor) -> Sequence[CallbackEvent]:
    """What a reader who had got this far has not been told."""
    start = window_before(since.key)
    whole = number_between(session, start, since.key) > since.known
    keys = keys_between(session, start if whole else since.key, LAST_KEY, _ready_up_to())
    known = SeenKeys()
    for key in keys_between(session, start, since.key, _ready_up_to()):
        known.add(key)
    return list(callback_events(session, keys, known))


def fresh(
    session: Session, above: str, known: SeenKeys, waiting: set[str]
) -> Sequence[CallbackEvent]:
    """What has come to light above a key and is not known yet, or has now been processed.

    `waiting` are keys told of before they were processed; it is kept up to date.
    """
    found = keys_between(session, above, LAST_KEY, _ready_up_to())
    keys = [key for key in found if known.add(key)]
    processed = processed_among(session, waiting) if waiting else ()
    waiting.difference_update(processed)
    events = list(callback_events(session, keys, known))
    late = callback_events(session, processed, known)
    events += [replace(event, told=True) for event in late]
    waiting.update(one.callback.id for one in events if one.callback.judged_at is None)
    return events


def callback_events(
    session: Session, keys: Sequence[str], known: SeenKeys
) -> Iterator[CallbackEvent]:
    """These callbacks as arrivals. All their keys become known."""
    if not keys:
        return
    callbacks = callbacks_by_key(session, keys)
    firsts = {one.copy_of for one in callbacks.values() if one.copy_of}
    callbacks |= callbacks_by_key(session, firsts - callbacks.keys()) if firsts else {}
    copies = copies_of(session, _shown(callbacks.values()))
    for key in keys:
        known.add(key)
    for key in keys:
        callback = callbacks[key]
        shown = callbacks.get(callback.copy_of or "", callback)
        yield CallbackEvent(known.cursor(key), callback, shown, copies.get(shown.id, 0))


def _shown(callbacks: Iterable[Callback]) -> Sequence[str]:
    return [one.id for one in callbacks]


def _ready_up_to() -> str:
    return first_key(now() - PATIENCE)
