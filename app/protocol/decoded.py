"""A body of a call parameter by parameter, decoded for display, with no secret in any value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from app.protocol.masking import mask_values, plain_name
from app.protocol.messages import (
    EntryTranAnswer,
    EntryTranRequest,
    ExecTranAnswer,
    ExecTranRequest,
    SearchAnswer,
    SearchRequest,
)
from app.protocol.wire import WireError, answer_pairs, decode_pairs, split_form
from app.redaction import SECRETS

SHOWN = 100
"""The most parameters of a body that are shown; a call has a dozen, noise may have more."""

_REQUESTS = (EntryTranRequest, ExecTranRequest, SearchRequest)
_ANSWERS = (EntryTranAnswer, ExecTranAnswer, SearchAnswer)

NAMES = {
    parameter.name.lower(): parameter.name
    for message in (*_REQUESTS, *_ANSWERS)
    for parameter in message.PARAMETERS
} | {"errcode": "ErrCode", "errinfo": "ErrInfo"}
"""Every parameter of the calls by its name in small letters."""


class Decoded(NamedTuple):
    """One parameter as it came, its value decoded and without secrets."""

    name: str
    value: str


def decoded_request(raw: bytes) -> Sequence[Decoded]:
    """The parameters of a request; none where it is no form in Windows-31J."""
    try:
        pairs = decode_pairs(split_form(raw))
    except WireError:
        return ()
    return _shown(pairs, pairs)


def decoded_answer(raw: bytes, request: bytes) -> Sequence[Decoded]:
    """The parameters of an answer to this request; none where it is none of the protocol's."""
    try:
        pairs, asked = answer_pairs(raw), decode_pairs(split_form(request))
    except WireError:
        return ()
    return _shown(pairs, [*asked, *pairs])


def _shown(
    pairs: Sequence[tuple[str, str]], beside: Iterable[tuple[str, str]]
) -> Sequence[Decoded]:
    if not any(name.lower() in NAMES for name, _ in pairs):
        return ()
    secrets = [value for name, value in beside if plain_name(name) in SECRETS]
    masked = mask_values(pairs[:SHOWN], secrets)
    return [Decoded(NAMES.get(name.lower(), name), value) for name, value in masked]
