"""Outstanding: which is still to come, the customer's return or the gateway's notification."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.protocol.checkstring import Verdict
from app.protocol.statuses import RETURNED
from app.records.callbacks import Callback
from app.records.notifications import Notification

SENT_AGAIN = timedelta(hours=5)
"""How long the gateway goes on sending a notification: about hourly, five times more."""


class OutstandingPart(StrEnum):
    """What is still to come."""

    RETURN = "return"
    NOTICE = "notice"


@dataclass(frozen=True)
class Outstanding:
    """What is still to come, and until when; None where nobody knows, as with a customer."""

    part: OutstandingPart
    until: datetime | None = None


def outstanding(
    callbacks: Iterable[Callback], notifications: Iterable[Notification]
) -> Outstanding | None:
    """Which of the two is still to come; None when both have come, or neither.

    Only for a shop to which the gateway sends notifications at all.
    """
    # An expiry is told by the notification alone.
    returned = [one.received_at for one in callbacks if one.verdict == Verdict.VERIFIED]
    noticed = any(one.status in RETURNED for one in notifications)
    if returned and not noticed:
        return Outstanding(OutstandingPart.NOTICE, min(returned) + SENT_AGAIN)
    return Outstanding(OutstandingPart.RETURN) if noticed and not returned else None
