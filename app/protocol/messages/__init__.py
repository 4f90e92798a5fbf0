"""Every message of the interface, one frozen class per message and direction."""

from app.protocol.calls import Call
from app.protocol.messages.answers import (
    Answer,
    EntryTranAnswer,
    ErrorAnswer,
    ExecTranAnswer,
    NotUnderstood,
    Result,
    SearchAnswer,
    read_answer,
)
from app.protocol.messages.codes_by_check import error_code
from app.protocol.messages.message import InvalidMessage, Message, Parameter
from app.protocol.messages.requests import (
    RESERVED_ORDER_ID,
    EntryTranRequest,
    ExecTranRequest,
    Request,
    SearchRequest,
    StartRequest,
)

__all__ = [
    "RESERVED_ORDER_ID",
    "Answer",
    "Call",
    "EntryTranAnswer",
    "EntryTranRequest",
    "ErrorAnswer",
    "ExecTranAnswer",
    "ExecTranRequest",
    "InvalidMessage",
    "Message",
    "NotUnderstood",
    "Parameter",
    "Request",
    "Result",
    "SearchAnswer",
    "SearchRequest",
    "StartRequest",
    "error_code",
    "read_answer",
]
