"""Where a callback stands among everything that happened to its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.desk.actions.disputes import Dispute
from app.desk.orders.order_view import Entry, OrderView
from app.records.callbacks import Callback

AROUND = 3
"""How many moments are shown before it, and how many after."""


@dataclass(frozen=True)
class TimelineWindow:
    """The moments around a callback, oldest first, and how many there are `earlier` and `later`.

    `own` is its own; of a repeat, that of the first with the same bytes. `emails` are those of the
    users named in the moments, by their keys, `disputes` what conflicts among them were about.
    """

    moments: Sequence[Entry]
    own: Entry
    earlier: int
    later: int
    emails: Mapping[str, str]
    disputes: Mapping[str, Dispute]


def timeline_window(callback: Callback, view: OrderView) -> TimelineWindow | None:
    """The callback's place in this view of its order."""
    at = next((n for n, one in enumerate(view.timeline) if _tells_of(one, callback)), None)
    if at is None:
        return None
    start, end = max(at - AROUND, 0), at + AROUND + 1
    return TimelineWindow(
        moments=view.timeline[start:end],
        own=view.timeline[at],
        earlier=start,
        later=max(len(view.timeline) - end, 0),
        emails=view.emails,
        disputes=view.disputes,
    )


def _tells_of(entry: Entry, callback: Callback) -> bool:
    return isinstance(entry.row, Callback) and _first(entry.row) == _first(callback)


def _first(callback: Callback) -> str:
    return callback.copy_of or callback.id
