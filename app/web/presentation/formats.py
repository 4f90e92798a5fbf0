"""Money and time as people read them; every filter is pure and made for one language."""

from datetime import UTC, datetime

from markupsafe import Markup

from app.clock import now
from app.protocol.time_words import clock_text, distance_text, short_text, whole_text
from app.redaction import MASK, redacted

_LINE = 16

HexLine = tuple[str, str, str]
"""Offset, up to 16 bytes in hex, and what of them is printable."""


def yen(amount: int) -> str:
    """An amount in whole yen: ¥12,345."""
    return f"¥{amount:,}" if amount >= 0 else f"-¥{-amount:,}"


def figure(amount: int) -> str:
    """An amount in whatever currency: 12,345."""
    return f"{amount:,}"


def jst(language: str, moment: datetime) -> Markup:
    """An instant as a <time> whose attribute is exact and the same in every language."""
    return _time(moment, whole_text(language, moment))


def clock(language: str, moment: datetime) -> Markup:
    """The time of day alone (14:03:22), for tables; the whole instant is its title."""
    return _time(moment, clock_text(moment), whole_text(language, moment))


def short(language: str, moment: datetime, at: datetime | None = None) -> Markup:
    """Month, day and time to the second, for lists, with the year where it is not the present one;
    the whole instant is its title."""
    text = short_text(language, moment, at or now())
    return _time(moment, text, whole_text(language, moment))


def ago(language: str, moment: datetime, at: datetime | None = None) -> str:
    """How long ago an instant was, or how far ahead it lies, in its largest whole unit."""
    return distance_text(language, int(((at or now()) - moment).total_seconds()))


def _time(moment: datetime, text: str, title: str = "") -> Markup:
    exact = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    attribute = f' title="{title}"' if title else ""
    # Nothing to escape: both texts are made of digits and names of months. A list has a hundred
    # of these, and escaping them took a third of its time.
    return Markup(f'<time datetime="{exact}Z"{attribute}>{text}</time>')  # noqa: S704  # nosec B704 # every part is escaped or a number of ours


def as_text(body: bytes) -> str:
    """Bytes of the wire as text without secrets; what is no Windows-31J shows as a replacement
    character."""
    return redacted(body.decode("cp932", "replace"))


def safe_hex_lines(body: bytes) -> list[HexLine]:
    """The bytes as hex; where they hold a secret, those of their text without it."""
    text = body.decode("cp932", "replace")
    masked = redacted(text)
    return hex_lines(body) if masked == text else hex_of_masked(masked, "cp932")


def hex_lines(body: bytes) -> list[HexLine]:
    """Sixteen bytes a line: offset, hex, and what of them is printable ASCII."""
    rows = (body[start : start + 16] for start in range(0, len(body), 16))
    return [
        (f"{16 * number:04x}", f"{row.hex(' '):<47}", "".join(map(_printed, row)))
        for number, row in enumerate(rows)
    ]


def hex_of_masked(masked: str, encoding: str) -> list[HexLine]:
    """The same of a text with masks in it, which have no bytes."""
    cells = [cell for character in masked for cell in _cells(character, encoding)]
    starts = range(0, len(cells), _LINE)
    return [_line(start, cells[start : start + _LINE]) for start in starts]


def _line(offset: int, cells: list[tuple[str, str]]) -> HexLine:
    pairs = " ".join(pair for pair, _ in cells)
    return f"{offset:04x}", f"{pairs:<47}", "".join(printed for _, printed in cells)


def _cells(character: str, encoding: str) -> list[tuple[str, str]]:
    if character in MASK:
        return [(character * 2, character)]
    # A byte that is no character of the encoding is not worth the risk beside a secret.
    return [(f"{byte:02x}", _printed(byte)) for byte in character.encode(encoding, "replace")]


def _printed(byte: int) -> str:
    return chr(byte) if 0x20 <= byte < 0x7F else "·"
