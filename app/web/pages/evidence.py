"""The proof of an exchange: both directions as text, hex and curl, and no secret in any."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.desk.orders.order_view import exchange_view
from app.protocol.decoded import Decoded, decoded_answer, decoded_request
from app.protocol.text import WINDOWS_31J
from app.records.exchanges import Exchange
from app.redaction import MASK
from app.web.presentation.formats import HexLine, hex_lines, hex_of_masked


@dataclass(frozen=True)
class Side:
    """One direction: its bytes as masked text and as hex, and how many they are on the wire.

    `parameters` are decoded; none where the body is not the protocol's.
    """

    parameters: Sequence[Decoded]
    text: str
    hex: list[HexLine]
    size: int


@dataclass(frozen=True)
class Evidence:
    """What was sent and what came back (None: nothing did), and the request as a command."""

    request: Side
    answer: Side | None
    curl: str


def evidence_of(exchange: Exchange) -> Evidence:
    """The proof of one exchange, read with its bodies."""
    view = exchange_view(exchange)
    answer = None
    if exchange.answer is not None and view.answer is not None:
        parameters = decoded_answer(exchange.answer, exchange.request)
        answer = side(exchange.answer, view.answer, parameters)
    asked = decoded_request(exchange.request)
    return Evidence(side(exchange.request, view.request, asked), answer, view.curl)


def side(raw: bytes, masked: str, parameters: Sequence[Decoded] = ()) -> Side:
    """One direction. Where a secret is masked, the hex is that of the masked text."""
    encoding = WINDOWS_31J if _is_windows_31j(raw) else "utf-8"
    lines = hex_of_masked(masked, encoding) if MASK in masked else hex_lines(raw)
    return Side(parameters, masked, lines, len(raw))


def _is_windows_31j(raw: bytes) -> bool:
    try:
        raw.decode(WINDOWS_31J)
    except UnicodeDecodeError:
        return False
    return True
