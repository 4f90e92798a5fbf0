"""A message without the person: what it says of the money stays, to the byte.

Every parameter of the interface is kept as it came, ClientField1 to 3 apart: in these a shop writes
who pays. What the interface does not know may hold anything, and loses its value as well. None of
it is covered by a CheckString, which can still be verified.
"""

from __future__ import annotations

from urllib.parse import quote_from_bytes, unquote_to_bytes

from app.protocol.masking import plain_name
from app.protocol.messages import (
    EntryTranAnswer,
    EntryTranRequest,
    ExecTranAnswer,
    ExecTranRequest,
    SearchAnswer,
    SearchRequest,
)
from app.protocol.messages.answers import Result
from app.protocol.reading import pairs_of

PERSONAL = ("clientfield1", "clientfield2", "clientfield3")
"""Where a shop writes who pays, in small letters."""

_MESSAGES = (
    *(EntryTranRequest, EntryTranAnswer, ExecTranRequest, ExecTranAnswer),
    *(SearchRequest, SearchAnswer, Result),
)

KEPT = {row.name.lower() for message in _MESSAGES for row in message.PARAMETERS} - {*PERSONAL}
"""The parameters that say something of the trade alone, in small letters."""


def impersonal(raw: bytes) -> bytes:
    """A request, an answer or a result without the person. What is no form is nothing then."""
    if raw.startswith(b"--"):
        # Sent in parts, whose names and files could say anything.
        pairs = [b"=".join(map(_quoted, pair)) for pair in pairs_of(raw)]
    else:
        pairs = raw.split(b"&")
    return b"&".join(filter(None, map(_impersonal_pair, pairs)))


def _quoted(part: bytes) -> bytes:
    return quote_from_bytes(part, "").encode()


def _impersonal_pair(pair: bytes) -> bytes:
    name, equals, _ = pair.partition(b"=")
    plain = plain_name(unquote_to_bytes(name).decode("latin-1"))
    if not equals:
        return b""
    if plain in KEPT:
        return pair
    return name + equals if plain in PERSONAL else b""
