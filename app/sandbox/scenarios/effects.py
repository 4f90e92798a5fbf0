"""The few ways in which the sandbox can be told to behave: what scenarios are made of."""

from enum import StrEnum
from typing import Final

from app.protocol.statuses import Status
from app.protocol.words import Words


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
    Fault.LATE: Words("応答がタイムアウト後に届く", "The answer comes after the client's time-out"),
    Fault.DROP: Words("応答の途中で接続が切れる", "The connection closes in mid-answer"),
    Fault.HTTP500: Words("HTTP 500を返し、何も実行しない", "HTTP 500, and nothing is done"),
    Fault.GARBLED: Words("応答が無意味なバイト列", "The answer is noise"),
    Fault.REFUSE: Words("エラー(NC2000005)を返す", "An error (NC2000005)"),
    Fault.HTML: Words("応答がHTMLページ", "The answer is an HTML page"),
    Fault.EMPTY: Words("応答の本文が空", "The answer is empty"),
    Fault.BUSY: Words("リクエスト過多(E92000001)を返す", "Too many requests (E92000001)"),
    Fault.DRIP: Words("応答が少しずつ届く", "The answer trickles in"),
    Fault.OTHER_ORDER: Words(
        "応答のOrderIDが別のもの(EntryTranNetcashのみ)",
        "The answer names another OrderID (EntryTranNetcash only)",
    ),
}
