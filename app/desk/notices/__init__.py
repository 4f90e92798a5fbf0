"""Notices: what the gateway's server says of its own accord, beside the customer's return.

A notice is not signed, so it moves no order. It is a hint that asking is worth while: `hinting`
makes a lookup due, never sooner than the gateway's interval allows, however many notices come.
"""

from app.desk.notices.awaiting import Awaited, AwaitedPart, awaited
from app.desk.notices.hinting import read_waiting
from app.desk.notices.mailbox import Mailbox
from app.desk.notices.retention import sweep_notices

__all__ = ["Awaited", "AwaitedPart", "Mailbox", "awaited", "read_waiting", "sweep_notices"]
