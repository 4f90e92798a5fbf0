"""The client checker: what the last requests of a client say about the client."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from app.protocol.error_catalogue import fault
from app.protocol.messages import (
    Call,
    EntryTranRequest,
    ExecTranRequest,
    SearchRequest,
    StartRequest,
)
from app.protocol.text import WINDOWS_31J
from app.sandbox.calls.bodies import split_body
from app.sandbox.clients import findings
from app.sandbox.clients.findings import Finding
from app.sandbox.store.journal import Entry

LOOKUP_INTERVAL: Final = 60 * 60_000  # milliseconds between two lookups of one order

_ESCAPES: Final = re.compile(rb"(%[0-9A-Fa-f]{2}){2}")
_ESCAPED_URL: Final = re.compile(rb"https?%3A%2F%2F", re.IGNORECASE)
_HALF_WIDTH_KANA: Final = re.compile(rb"[\x00-\x7f\xa1-\xdf]*")
_NAMES: Final = {
    message.CALL.value: {row.name for row in message.PARAMETERS}
    for message in (EntryTranRequest, ExecTranRequest, SearchRequest, StartRequest)
}
# RetURL's own `&` cuts its value short where it was not escaped; what follows is the next name.
_CUT_URL: Final = re.compile(rb"(?:^|&)RetURL=[^&?]*\?[^&]*&([^&=]+)")
_OTHER_TYPES: Final = re.compile(r"(application|text)/([\w.+-]+\+)?(json|xml)\b", re.IGNORECASE)


class CheckedRequest(NamedTuple):
    """A request and what is wrong with it; nothing, where `findings` is empty."""

    entry: Entry
    findings: tuple[Finding, ...]


@dataclass
class _Order:
    """What a client has done with one order so far."""

    silent: bool = False  # its last call got no usable answer, and no lookup has followed
    entered: bool = False
    looked_up_at: int | None = None
    exec_host: str = ""


def check(
    entries: Sequence[Entry], last: int, base_host: str | None = None
) -> list[CheckedRequest]:
    """Check the last requests, given the oldest first; the answer has the newest first.

    The others only say what came before. `base_host` is the host of every StartURL; None where
    it is that of the request for it.
    """
    orders: dict[str, _Order] = {}
    by_access_id: dict[str, _Order] = {}
    checked = []
    for left, entry in zip(range(len(entries), 0, -1), entries, strict=True):
        order = _order_of(entry, orders, by_access_id)
        if left <= last:
            found = (*_on_the_wire(entry), *_in_turn(entry, order, base_host), *_refused(entry))
            checked.append(CheckedRequest(entry, found))
        _remember(entry, order)
    return checked[::-1]


def _order_of(entry: Entry, orders: dict[str, _Order], by_access_id: dict[str, _Order]) -> _Order:
    if entry.call == Call.START:
        return by_access_id.setdefault(entry.AccessID, _Order())
    order = orders.setdefault(entry.OrderID, _Order())
    if entry.AccessID:
        by_access_id[entry.AccessID] = order
    return order


def _on_the_wire(entry: Entry) -> Iterator[Finding]:
    pairs = split_body(entry.body, entry.content_type)
    values = [value for _, value in pairs]
    multipart = entry.content_type.lower().startswith("multipart/")
    if any(_is_utf_8(value) for value in values):
        yield findings.CHARSET
    elif not all(_is_windows_31j(value) for value in values):
        yield findings.NOT_WINDOWS_31J
    if not multipart and not (entry.body.isascii() and _is_whole(entry)):
        yield findings.UNESCAPED
    if _OTHER_TYPES.match(entry.content_type) or entry.body.lstrip()[:1] in (b"{", b"<"):
        yield findings.NOT_A_FORM
    if any(_is_misspelt(entry, name.decode("latin-1")) for name, _ in pairs):
        yield findings.NAME_MISSPELT
    if any(_is_escaped(name, value) for name, value in pairs):
        yield findings.TWICE_ESCAPED
    if any(name == b"Token" and b" " in value for name, value in pairs):
        yield findings.FORM_DECODED_TOKEN
    if entry.query:
        yield findings.IN_THE_ADDRESS
    if entry.call == Call.START and not entry.body:
        yield findings.START_WITHOUT_FORM


def _is_utf_8(value: bytes) -> bool:
    # Windows-31J text of more than a few characters is never well-formed UTF-8, unless it is all
    # half-width kana: no UTF-8 text in Japanese reads as that, so it is what it seems.
    if value.isascii() or _HALF_WIDTH_KANA.fullmatch(value):
        return False
    try:
        return bool(value.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _is_windows_31j(value: bytes) -> bool:
    try:
        value.decode(WINDOWS_31J)
    except UnicodeDecodeError:
        return False
    return True


def _is_whole(entry: Entry) -> bool:
    """Whether RetURL, if any, came in one piece."""
    cut = _CUT_URL.search(entry.body)
    return cut is None or cut.group(1).decode("latin-1") in _NAMES[entry.call]


def _is_misspelt(entry: Entry, name: str) -> bool:
    names = _NAMES[entry.call]
    return name not in names and name.lower() in {one.lower() for one in names}


def _is_escaped(name: bytes, value: bytes) -> bool:
    if name == b"RetURL":  # whose own query string may hold escapes
        return _ESCAPED_URL.match(value) is not None
    return _ESCAPES.search(value) is not None


def _in_turn(entry: Entry, order: _Order, base_host: str | None) -> Iterator[Finding]:
    """What is wrong not with the request, but with its coming now."""
    if entry.call == Call.SEARCH:
        last = order.looked_up_at
        if last is not None and not order.silent and entry.at - last < LOOKUP_INTERVAL:
            yield findings.TOO_OFTEN
    elif entry.call == Call.START:
        expected = base_host or order.exec_host
        if expected and entry.host != expected:
            yield findings.START_URL_IGNORED
    elif order.silent and _repeats(entry, order):
        yield findings.BLIND_RETRY


def _repeats(entry: Entry, order: _Order) -> bool:
    return entry.call == Call.EXEC or (entry.call == Call.ENTRY and order.entered)


def _refused(entry: Entry) -> Iterator[Finding]:
    for code in filter(None, entry.codes.split("|")):
        meaning = fault(code)
        yield findings.refused(code, meaning.happened, meaning.advice)


def _remember(entry: Entry, order: _Order) -> None:
    if entry.call == Call.SEARCH:
        order.looked_up_at = entry.at
        order.silent = bool(entry.fault)
    elif entry.call != Call.START:
        order.silent = bool(entry.fault) and entry.fault not in _ANSWERED
        order.entered = order.entered or entry.call == Call.ENTRY
        if entry.call == Call.EXEC:
            order.exec_host = entry.host


# Faults whose answer says plainly that nothing was done.
_ANSWERED: Final = ("refuse", "busy", "drip")
