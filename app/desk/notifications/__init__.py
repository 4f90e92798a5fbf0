"""Notifications: what the gateway's server says of its own accord, beside the customer's return.

A notification is not signed, so it moves no order. It is a hint that asking is worth while:
`process` makes a lookup due, never sooner than the gateway's interval allows, however many
notifications come.
"""

from app.desk.notifications.intake import NotificationIntake
from app.desk.notifications.outstanding import Outstanding, OutstandingPart, outstanding
from app.desk.notifications.process import process_waiting
from app.desk.retention import sweep_notifications

__all__ = [
    "NotificationIntake",
    "Outstanding",
    "OutstandingPart",
    "outstanding",
    "process_waiting",
    "sweep_notifications",
]
