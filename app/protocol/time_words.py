"""How each language writes time: the second of the two places where a language is at home."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from app.protocol.wire import JST

# Written out: the names that strftime gives depend on the machine's locale.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

UNITS = (86_400, 3_600, 60, 1)
"""The units of a distance in time, in seconds, the largest first."""


class Style(NamedTuple):
    """How one language writes time, as patterns of `%`.

    The dates may use year, month and day, the month's English `name` and the time of day, `clock`.
    `short` is of the present year, `older` of another.
    `units` are in the order of UNITS.
    """

    whole: str
    short: str
    older: str
    day: str
    units: tuple[str, str, str, str]
    past: str
    ahead: str
    now: str


STYLES = {
    "ja": Style(
        whole="%(year)d年%(month)d月%(day)d日 %(clock)s JST",
        short="%(month)02d/%(day)02d %(clock)s",
        older="%(year)d/%(month)02d/%(day)02d %(clock)s",
        day="%(year)d年%(month)d月%(day)d日",
        units=("%d 日", "%d 時間", "%d 分", "%d 秒"),
        past="%s前",
        ahead="%s後",
        now="たった今",
    ),
    "en": Style(
        whole="%(day)d %(name)s %(year)d %(clock)s JST",
        short="%(day)d %(name)s %(clock)s",
        older="%(day)d %(name)s %(year)d %(clock)s",
        day="%(day)d %(name)s %(year)d",
        units=("%d d", "%d h", "%d min", "%d s"),
        past="%s ago",
        ahead="in %s",
        now="just now",
    ),
}


def clock_text(moment: datetime) -> str:
    """The time of day in Japan: 14:03:22."""
    local = moment.astimezone(JST)
    # By hand: strftime asks the C library each time.
    return f"{local.hour:02}:{local.minute:02}:{local.second:02}"


def whole_text(language: str, moment: datetime) -> str:
    """An instant in Japan's time, to the second and with the zone's name."""
    return STYLES[language].whole % _parts(moment)


def short_text(language: str, moment: datetime, at: datetime) -> str:
    """Month, day and time of day in Japan; with the year where it is another than that of `at`."""
    style, parts = STYLES[language], _parts(moment)
    is_present = parts["year"] == at.astimezone(JST).year
    return (style.short if is_present else style.older) % parts


def day_text(language: str, day: date) -> str:
    """A day of the calendar, with its year."""
    return STYLES[language].day % _calendar(day)


def distance_text(language: str, seconds: int) -> str:
    """How long ago, or below zero how far ahead, in the largest whole unit."""
    style, distance = STYLES[language], abs(seconds)
    if not distance:
        return style.now
    place = next(place for place, size in enumerate(UNITS) if distance >= size)
    words = style.units[place] % (distance // UNITS[place])
    return (style.past if seconds >= 0 else style.ahead) % words


def _parts(moment: datetime) -> dict[str, object]:
    local = moment.astimezone(JST)
    return _calendar(local) | {"clock": clock_text(local)}


def _calendar(day: date) -> dict[str, object]:
    return {"year": day.year, "month": day.month, "day": day.day, "name": MONTHS[day.month - 1]}
