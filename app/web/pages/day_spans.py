"""Spans of days that people ask for again and again, named in an address instead of their days.

So a view that is kept says "yesterday" and means another day tomorrow.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum


class Span(StrEnum):
    """A span of whole days in Japan, seen from today."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    THIS_WEEK = "this-week"
    LAST_MONTH = "last-month"


def days_of(span: Span, today: date) -> tuple[date, date]:
    """The first and the last day of a span. A week begins on Monday, and this one ends today."""
    if span is Span.LAST_MONTH:
        last = today.replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last
    if span is Span.THIS_WEEK:
        return today - timedelta(days=today.weekday()), today
    day = today if span is Span.TODAY else today - timedelta(days=1)
    return day, day
