"""What may have happened to TranDate: another form, another time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from string import digits

from app.protocol.checkstring import to_bytes
from app.protocol.diagnosis import ways
from app.protocol.diagnosis.suspicion import (
    DATE,
    PASSWORD,
    TRIED_AT_MOST,
    Received,
    Suspects,
    Suspicion,
)
from app.protocol.wire import JST, parse_jst_stamp

_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S+09:00",
    "%Y%m%d%I%M%S",  # a twelve-hour clock
    "%Y%M%d%H%M%S",  # minutes in the month's place
    "%Y%m%d%H%M%S000",
    "%Y%m%d%H%M",
    "%Y%m%d",
    "%y%m%d%H%M%S",
    "%Y-%m-%d",
    "%Y/%m/%d",
)


def formats(received: Received) -> Iterator[Suspicion]:
    """The same moment in another form."""
    moment = _moment(received)
    forms = [moment.strftime(form) for form in _FORMATS]
    seconds = int(moment.timestamp())
    for form in (*forms, str(seconds), str(seconds * 1000)):
        yield Suspicion(received.but(DATE, form.encode()), ways.DATE_FORMAT, "TranDate", form)


def _moment(received: Received) -> datetime:
    return parse_jst_stamp(received.parts[DATE].decode("ascii")).astimezone(JST)


def known(received: Received, suspects: Suspects) -> Iterator[Suspicion]:
    """The times that this order's other results and lookups name, whatever they are."""
    for stamp in islice(suspects.dates, TRIED_AT_MOST):
        yield Suspicion(received.but(DATE, to_bytes(stamp)), ways.DATE, "TranDate", stamp)


def mistyped(received: Received) -> Iterator[Suspicion]:
    """One digit that was another."""
    stamp = received.parts[DATE].decode("ascii")
    for place in range(len(stamp)):
        for digit in digits:
            other = stamp[:place] + digit + stamp[place + 1 :]
            yield Suspicion(received.but(DATE, other.encode()), ways.DATE, "TranDate", other)


# A clock that is off, a zone (UTC, or nine hours the wrong way), a day, a replay within the year.
_STEPS = (
    (timedelta(seconds=1), 900),
    (timedelta(minutes=1), 1_440),
    (timedelta(hours=1), 72),
    (timedelta(days=1), 366),
)
_DIGITS_ALONE = str.maketrans("", "", "-T:")


def shifts(received: Received) -> Iterator[Suspicion]:
    """Another moment in the same form."""
    head = b"".join(received.parts[:DATE])
    tail = received.parts[PASSWORD]
    for stamp in _shifted(received.parts[DATE]):
        yield Suspicion(head + stamp.encode() + tail, ways.DATE, "TranDate", stamp)


@lru_cache(maxsize=1)  # asked for twice of a result: alone, and beside another status
def _shifted(date: bytes) -> tuple[str, ...]:
    moment = parse_jst_stamp(date.decode("ascii")).astimezone(JST).replace(tzinfo=None)
    stamps: dict[str, None] = {}
    for step, most in _STEPS:
        for count in range(-most, most + 1):
            try:
                shifted = moment + count * step
            except OverflowError:  # a date at either end of time
                continue
            stamps[shifted.isoformat().translate(_DIGITS_ALONE)] = None
    return tuple(stamps)
