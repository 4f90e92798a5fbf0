"""The few ways in which the sandbox can be told to behave: what scenarios are made of."""

from enum import StrEnum
from typing import Final

from app.protocol.statuses import Status
from app.protocol.words import N_


class Fault(StrEnum):
    """What goes wrong with the answer to one call."""

    LATE = "late"
    DROP = "drop"
    HTTP500 = "http500"
    GARBLED = "garbled"
    REFUSE = "refuse"
    HTML = "html"
    EMPTY = "empty"
    BUSY = "busy"
    DRIP = "drip"
    OTHER_ORDER = "other-order"

    @property
    def works(self) -> bool:
        """Whether the call is carried out although its answer is no use."""
        return self not in (Fault.HTTP500, Fault.REFUSE, Fault.BUSY)


# How long a dripping answer takes; less where even an answer that comes late does not take long.
DRIP_SECONDS: Final = 10


class Ending(StrEnum):
    """How the customer's visit to the payment page ends."""

    PAID = "paid"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    LEFT = "left"

    @property
    def status(self) -> Status:
        """The status the trade then has; leaving ends nothing."""
        return _STATUS_AFTER[self]

    @property
    def code(self) -> str:
        """ErrInfo of the result. Assumed: the result of a cancellation carries no error code."""
        return "NC1000009" if self is Ending.REFUSED else ""


_STATUS_AFTER = {
    Ending.PAID: Status.PAYSUCCESS,
    Ending.REFUSED: Status.PAYFAIL,
    Ending.CANCELLED: Status.PAYFAIL,
    Ending.LEFT: Status.PAYSTART,
}


class Forgery(StrEnum):
    """What is wrong with a result that should not be believed."""

    STATUS_CHANGED = "status changed"
    WRONG_CHECK = "wrong CheckString"
    NO_CHECK = "no CheckString"
    OTHER_SHOP = "another shop"


FAULT_WORDS: Final = {
    Fault.LATE: N_("The answer comes after the client's time-out"),
    Fault.DROP: N_("The connection closes in mid-answer"),
    Fault.HTTP500: N_("HTTP 500, and nothing is done"),
    Fault.GARBLED: N_("The answer is noise"),
    Fault.REFUSE: N_("An error (NC2000005)"),
    Fault.HTML: N_("The answer is an HTML page"),
    Fault.EMPTY: N_("The answer is empty"),
    Fault.BUSY: N_("Too many requests (E92000001)"),
    Fault.DRIP: N_("The answer trickles in"),
    Fault.OTHER_ORDER: N_("The answer names another OrderID (EntryTranNetcash only)"),
}
