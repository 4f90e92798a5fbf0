"""Callbacks: what customers' browsers bring to RetURL (Interface 2.1.2.4).

Received, verified and applied are three facts. `intake` has each body committed (`raw`) before
anybody looks at it, and then has it verified, as `queue` says and within `limits`; `verification`
says whether to believe it, which may be repeated (`reverify`); `apply` lets a verified one report
to its order; `customer_message` decides what the customer may read. Not here: computing a
CheckString (`app.protocol.checkstring`), what a report does to a claim (`status`), and the
gateway's own notifications.
"""

from app.desk.callbacks.customer_message import CustomerMessage
from app.desk.callbacks.intake import CallbackIntake
from app.desk.callbacks.process import Processed, process_waiting
from app.desk.callbacks.reverify import reverify

__all__ = ["CallbackIntake", "CustomerMessage", "Processed", "process_waiting", "reverify"]
