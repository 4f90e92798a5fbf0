"""Callbacks: what customers' browsers bring to RetURL (Interface 2.1.2.4).

Received, judged and applied are three facts. `raw` and `intake` commit the bytes before anybody
looks at them; `verification` and `process` say whether to believe them, which may be repeated
(`reverify`); `apply` lets a verified one report to its order; `customer_message` decides what the
customer may read. Not here: computing a CheckString (`app.protocol.checkstring`), what a report
does to a claim (`status`), and the gateway's own notifications.
"""

from app.desk.callbacks.customer_message import CustomerMessage, customer_message_of
from app.desk.callbacks.intake import CallbackIntake
from app.desk.callbacks.process import Processed, process_one, process_waiting
from app.desk.callbacks.raw import receive
from app.desk.callbacks.reverify import reverify

__all__ = [
    "CallbackIntake",
    "CustomerMessage",
    "Processed",
    "customer_message_of",
    "process_one",
    "process_waiting",
    "receive",
    "reverify",
]
