"""Callbacks: what customers' browsers bring to RetURL (Interface 2.1.2.4).

Received, verified and applied are three facts. `intake` has each body committed (`raw`) before
anybody judges it, and then has it verified, as `queue` says and within `limits`, the likely genuine
ones first (`ranking`); what was left, by whomever, `catch_up` does. `verification` says whether to
believe it, which may be repeated (`reverify`); `apply` lets a verified one report to its order;
`customer_message` decides what the customer may read. Not here: computing a CheckString
(`app.protocol.checkstring`), what a report does to a claim (`status`), and the gateway's own
notifications.
"""

from app.desk.callbacks.catch_up import CatchUp, judge_by_hand, process_waiting
from app.desk.callbacks.customer_message import CustomerMessage
from app.desk.callbacks.intake import CallbackIntake
from app.desk.callbacks.process import Processed
from app.desk.callbacks.reverify import reverify

__all__ = [
    "CallbackIntake",
    "CatchUp",
    "CustomerMessage",
    "Processed",
    "judge_by_hand",
    "process_waiting",
    "reverify",
]
