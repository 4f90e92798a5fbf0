"""The gateway's four calls in OpenAPI, made from the tables by which they are checked."""

from typing import Any, Final

from app.protocol.messages import (
    Call,
    EntryTranAnswer,
    EntryTranRequest,
    ExecTranAnswer,
    ExecTranRequest,
    SearchAnswer,
    SearchRequest,
    StartRequest,
)
from app.protocol.messages.message import Message, Parameter
from app.protocol.wire import FORM_TYPE

Json = dict[str, Any]

_CALLS: Final[dict[Call, tuple[str, type[Message], type[Message] | None]]] = {
    Call.ENTRY: ("Register a trade.", EntryTranRequest, EntryTranAnswer),
    Call.EXEC: ("Ask for the payment of a trade.", ExecTranRequest, ExecTranAnswer),
    Call.SEARCH: ("Ask what became of an order.", SearchRequest, SearchAnswer),
    Call.START: ("Send the customer's browser to the payment page.", StartRequest, None),
}

_WIRE: Final = (
    "The form is in Windows-31J, percent-escaped, and needs no key. The lengths are those of the "
    "decoded text."
)
_ANSWER: Final = (
    "Raw Windows-31J: values joined with `&`, not escaped (`%(names)s`). Where the call is "
    "refused `ErrCode` and `ErrInfo` instead, with HTTP 200 all the same."
)
_ERRORS: Final = {"400": "The body was cut off.", "413": "The body is longer than 64 KiB."}


def gateway_calls() -> dict[str, Json]:
    """The calls by their path below the sandbox's address."""
    return {call.path: {"post": _call(call)} for call in _CALLS}


def _call(call: Call) -> Json:
    summary, request, answer = _CALLS[call]
    return {
        "operationId": call.value,
        "summary": summary,
        "description": _WIRE,
        "security": [],
        "requestBody": {"required": True, "content": {FORM_TYPE: {"schema": _form(request)}}},
        "responses": {
            "200": _answered(answer) if answer else _page(),
            **{code: {"description": words} for code, words in _ERRORS.items()},
        },
    }


def _form(request: type[Message]) -> Json:
    return {
        "type": "object",
        "properties": {row.name: _value(row) for row in request.PARAMETERS},
        "required": [row.name for row in request.PARAMETERS if row.required],
        "additionalProperties": True,
    }


def _value(row: Parameter) -> Json:
    """A parameter's schema: an optional one may be empty, which is as good as absent."""
    schema: Json = {"type": "string"}
    if row.values:
        return {**schema, "enum": [*row.values]}
    length, pattern = row.length or row.field.length, row.field.pattern
    if length:
        schema["maxLength"] = length
    if row.required:
        schema["minLength"] = 1
    if pattern:
        schema["pattern"] = f"^(?:{pattern})$" if row.required else f"^(?:{pattern})?$"
    told = [*_range(row), *_bytes(row)]
    return {**schema, "description": " ".join(told)} if told else schema


def _range(row: Parameter) -> list[str]:
    return ["From {:,} to {:,} yen, Tax included.".format(*row.range)] if row.range else []


def _bytes(row: Parameter) -> list[str]:
    bytes_long = row.field.unit == "bytes"
    return [f"At most {row.length} bytes of Windows-31J."] if bytes_long else []


def _answered(answer: type[Message]) -> Json:
    names = "&".join(f"{row.name}=…" for row in answer.PARAMETERS if not row.name.startswith("Err"))
    return {
        "description": _ANSWER % {"names": names},
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }


def _page() -> Json:
    return {
        "description": "The payment page, or the page that shows the code of a failed start.",
        "content": {"text/html": {"schema": {"type": "string"}}},
    }
