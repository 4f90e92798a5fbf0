"""How long a disagreement has stood. It counts from when it began, whichever list found it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

Span = tuple[datetime | None, datetime | None]


class Age(StrEnum):
    """The ages that a grid is sorted into."""

    UNDER_A_DAY = "under-1-day"
    TO_THREE_DAYS = "1-to-3-days"
    TO_A_WEEK = "3-to-7-days"
    OVER_A_WEEK = "over-7-days"


_ENDS = (timedelta(days=1), timedelta(days=3), timedelta(days=7), None)


def began(age: Age, at: datetime) -> Span:
    """When a disagreement began that is so old now: after one moment, not after the other."""
    place = list(Age).index(age)
    oldest, youngest = _ENDS[place], _ENDS[place - 1] if place else None
    return (at - oldest if oldest else None), (at - youngest if youngest else None)


def age_of(began_at: datetime, at: datetime) -> Age:
    """How old a disagreement is."""
    return next(
        age
        for age, oldest in zip(Age, _ENDS, strict=True)
        if oldest is None or at - began_at < oldest
    )
