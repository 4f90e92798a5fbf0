"""Notifications as the live feed tells of them. They are rows of no list, but the page of the order
that one names is worth reading again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from app.records.notifications import orders_notified
from app.records.shops import Environment


@dataclass(frozen=True)
class NotificationEvent:
    """A notification that names an order of ours."""

    key: str
    order_key: str

    def concerns(self, environment: Environment, order_key: str = "") -> bool:
        """Whether it belongs on a page of this environment (never), or of this order."""
        del environment
        return self.order_key == order_key


def notification_events_since(session: Session, key: str) -> list[NotificationEvent]:
    """What has come after a key was made. Told again it does no harm."""
    return [NotificationEvent(*row) for row in orders_notified(session, key)]


class NotificationReader:
    """Finds what it has not told yet."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def fresh(self, session: Session, above: str) -> list[NotificationEvent]:
        """What has come to light above a key and was not told before."""
        found = [
            one for one in notification_events_since(session, above) if one.key not in self._seen
        ]
        self._seen.update(one.key for one in found)
        return found

    def forget_before(self, key: str) -> None:
        """Drop what is too old to come to light again."""
        self._seen = {seen for seen in self._seen if seen > key}
