"""How a request is written: what is wrong with it whatever came before it."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from app.protocol.error_catalogue import fault
from app.protocol.messages import (
    Call,
    EntryTranRequest,
    ExecTranRequest,
    SearchRequest,
    StartRequest,
)
from app.protocol.multipart import is_multipart
from app.protocol.text import WINDOWS_31J
from app.protocol.wire import split_form
from app.redaction import MASK, SECRETS
from app.sandbox.calls.bodies import split_body
from app.sandbox.clients import findings
from app.sandbox.clients.encodings import is_escaped_again, is_utf_8, is_windows_31j
from app.sandbox.clients.findings import Finding
from app.sandbox.store.journal import BODY_LIMIT, Entry

_SHOWN: Final = 120  # characters of a value

_NAMES: Final = {
    message.CALL.value: {row.name.lower(): row.name for row in message.PARAMETERS}
    for message in (EntryTranRequest, ExecTranRequest, SearchRequest, StartRequest)
}
# RetURL's own `&` cuts its value short where it was not escaped; what follows is the next name.
_CUT_URL: Final = re.compile(rb"(?:^|&)RetURL=([^&?]*\?[^&]*)&([^&=]+)")
_OTHER_TYPES: Final = re.compile(r"(application|text)/([\w.+-]+\+)?(json|xml)\b", re.IGNORECASE)


class _Pair(NamedTuple):
    """A parameter as it was sent."""

    name: str
    value: bytes

    @property
    def read(self) -> str:
        """What the gateway read as its value, secrets masked."""
        if self.name.lower() in SECRETS:
            return MASK
        return self.value.decode(WINDOWS_31J, "replace")[:_SHOWN]

    def finding(self, finding: Finding) -> Finding:
        """A finding about this parameter."""
        return finding._replace(parameter=self.name, read=self.read)


def on_the_wire(entry: Entry) -> Iterator[Finding]:
    """Everything that is wrong with how a request is written."""
    pairs = _pairs(entry)
    for pair in pairs:
        yield from _of_a_value(pair)
    yield from _unescaped(entry)
    if not _is_form(entry, pairs):
        yield findings.NOT_A_FORM
    yield from _misspelt(entry, pairs)
    yield from _in_the_address(entry)
    if entry.call == Call.START and not entry.body:
        yield findings.START_WITHOUT_FORM


def refusals(entry: Entry) -> Iterator[Finding]:
    """The codes with which a request was refused, each with the parameter it is about."""
    given = {pair.name: pair for pair in reversed(_pairs(entry))}
    for code in filter(None, entry.codes.split("|")):
        meaning = fault(code)
        finding = findings.refused(code, meaning.happened, meaning.advice)
        named = meaning.about if meaning.about in _NAMES[entry.call].values() else ""
        pair = given.get(named)
        yield pair.finding(finding) if pair else finding._replace(parameter=named)


def _pairs(entry: Entry) -> list[_Pair]:
    pairs = split_body(entry.body, entry.content_type)
    if len(entry.body) >= BODY_LIMIT:
        pairs = pairs[:-1]  # not all of the body is kept: the last value was cut by us
    return [_Pair(name.decode("latin-1"), value) for name, value in pairs]


def _of_a_value(pair: _Pair) -> Iterator[Finding]:
    if is_utf_8(pair.value):
        yield pair.finding(findings.CHARSET)
    elif not is_windows_31j(pair.value):
        yield pair.finding(findings.NOT_WINDOWS_31J)
    if is_escaped_again(pair.name, pair.value):
        yield pair.finding(findings.TWICE_ESCAPED)
    if pair.name == "Token" and b" " in pair.value:
        yield pair.finding(findings.FORM_DECODED_TOKEN)


def _unescaped(entry: Entry) -> Iterator[Finding]:
    if is_multipart(entry.content_type):
        return
    raw = next((piece for piece in entry.body.split(b"&") if not piece.isascii()), None)
    cut = _CUT_URL.search(entry.body)
    if raw is not None:
        name, _, value = raw.partition(b"=")
        yield _Pair(name.decode("latin-1"), value).finding(findings.UNESCAPED)
    elif cut is not None and not _is_parameter(cut[2]):
        yield _Pair("RetURL", cut[1]).finding(findings.UNESCAPED)


def _is_parameter(name: bytes) -> bool:
    """Whether it may be a parameter of the gateway's, as RetURL's own seldom are.

    Clients send some that belong to other payment methods: their names begin with a capital too.
    """
    text = name.decode("latin-1")
    return text[:1].isupper() or any(text.lower() in names for names in _NAMES.values())


def _is_form(entry: Entry, pairs: list[_Pair]) -> bool:
    """A label alone says little: clients send forms under any."""
    if entry.body.lstrip()[:1] in (b"{", b"[", b"<"):
        return False
    known = any(pair.name.lower() in _NAMES[entry.call] for pair in pairs)
    return known or not _OTHER_TYPES.match(entry.content_type)


def _misspelt(entry: Entry, pairs: list[_Pair]) -> Iterator[Finding]:
    names, sent = _NAMES[entry.call], {pair.name for pair in pairs}
    for pair in pairs:
        right = names.get(pair.name.lower())
        if right is not None and right not in sent:
            yield findings.misspelt(right)._replace(parameter=pair.name)


def _in_the_address(entry: Entry) -> Iterator[Finding]:
    for name, _ in split_form(entry.query.encode("latin-1")):
        text = name.decode("latin-1")
        if text.lower() in _NAMES[entry.call]:
            yield findings.IN_THE_ADDRESS._replace(parameter=text)
