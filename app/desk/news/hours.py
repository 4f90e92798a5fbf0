"""When a channel may be spoken in: its quiet hours, and not one message after the other in a rush.

Without I/O. Hours are those of Japan's day.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from app.protocol.wire import JST
from app.records.news import Channel, Event, Phase

URGENT = frozenset(
    {
        Event.DOUBLE_PAYMENT,
        Event.CONFLICT,
        Event.LOST,
        Event.JUDGING_LATE,
        Event.BURST,
    }
)
"""What a person may let break into their quiet hours, when it begins."""

MANY = 3
GATHERED_FOR = timedelta(minutes=5)
"""After this many messages in this time what follows is gathered as long, and goes together. What
is urgent waits only behind its own kind, of which the person has heard by then."""


def is_urgent(event: Event, phase: Phase) -> bool:
    """Whether whoever hears it should act at once: when it begins, not when it ends."""
    return phase is Phase.BEGAN and event in URGENT


def due_at(channel: Channel, event: Event, phase: Phase, at: datetime, lately: int) -> datetime:
    """When an item that is written now is to be said. `lately`: how many messages the channel has
    taken within GATHERED_FOR; of something urgent, only those in which the same kind began."""
    breaks_in = channel.urgent_breaks_in and is_urgent(event, phase)
    ends = None if breaks_in else quiet_until(channel, at)
    return max(ends or at, at + GATHERED_FOR if lately >= MANY else at)


def quiet_until(channel: Channel, at: datetime) -> datetime | None:
    """When the quiet hours end that reign at this moment; None: it is not quiet."""
    begins, ends = channel.quiet_from, channel.quiet_to
    if begins is None or ends is None or begins == ends:
        return None
    local = at.astimezone(JST)
    is_quiet = begins <= local.hour < ends
    if begins > ends:
        is_quiet = local.hour >= begins or local.hour < ends
    if not is_quiet:
        return None
    end = local.replace(hour=ends, minute=0, second=0, microsecond=0)
    end = end if end > local else end + timedelta(days=1)
    return end.astimezone(at.tzinfo)


def digest_day(channel: Channel, at: datetime) -> str | None:
    """The day whose digest this channel is to have now; None: it has it, or wants none."""
    local = at.astimezone(JST)
    if channel.digest_hour is None or local.hour < channel.digest_hour:
        return None
    day = local.date().isoformat()
    return None if channel.digest_day == day else day
