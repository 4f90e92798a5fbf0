"""Money and time as people read them; every filter is pure and made for one language."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

from markupsafe import Markup

from app.clock import now

JST = timezone(timedelta(hours=9), "JST")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# Seconds from which a unit is used, the unit's length in seconds, and its words.
_UNITS = (
    (86_400, 86_400, "%d 日", "%d d"),
    (3_600, 3_600, "%d 時間", "%d h"),
    (60, 60, "%d 分", "%d min"),
    (0, 1, "%d 秒", "%d s"),
)


class TwoLanguages(Protocol):
    """Words that carry both languages themselves, as the protocol's do."""

    def get(self, lang: str) -> str: ...


def yen(amount: int) -> str:
    """An amount in whole yen: ¥12,345."""
    return f"¥{amount:,}" if amount >= 0 else f"-¥{-amount:,}"


def jst_text(language: str, moment: datetime) -> str:
    """An instant in Japan's time, to the second and with the zone's name."""
    local = moment.astimezone(JST)
    if language == "ja":
        return f"{local.year}年{local.month}月{local.day}日 {_time_of_day(local)} JST"
    return f"{local.day} {MONTHS[local.month - 1]} {local.year} {_time_of_day(local)} JST"


def jst(language: str, moment: datetime) -> Markup:
    """`jst_text` as a <time> whose attribute is exact and the same in every language."""
    return _time(moment, jst_text(language, moment))


def clock(language: str, moment: datetime) -> Markup:
    """The time of day alone (14:03:22), for tables; the whole instant is its title."""
    local = moment.astimezone(JST)
    return _time(moment, _time_of_day(local), jst_text(language, moment))


def short(language: str, moment: datetime) -> Markup:
    """Month, day and time to the second, for lists; the whole instant is its title."""
    local = moment.astimezone(JST)
    day = (
        f"{local.month:02}/{local.day:02}"
        if language == "ja"
        else f"{local.day} {MONTHS[local.month - 1]}"
    )
    return _time(moment, f"{day} {_time_of_day(local)}", jst_text(language, moment))


def ago(language: str, moment: datetime, at: datetime | None = None) -> str:
    """How long ago an instant was, or how far ahead it lies, in its largest whole unit."""
    seconds = int(((at or now()) - moment).total_seconds())
    distance = abs(seconds)
    ja, en, length = next((ja, en, size) for least, size, ja, en in _UNITS if distance >= least)
    if language == "ja":
        return f"{ja % (distance // length)}{'前' if seconds >= 0 else '後'}"
    amount = en % (distance // length)
    return f"{amount} ago" if seconds >= 0 else f"in {amount}"


def say(language: str, translate: Callable[[str], str], words: str | TwoLanguages) -> str:
    """A marked message or a two-language sentence of the protocol, in the page's language."""
    if not words:
        return ""  # For an empty message gettext answers the catalogue's header.
    return translate(words) if isinstance(words, str) else words.get(language)


def _time(moment: datetime, text: str, title: str = "") -> Markup:
    exact = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    attribute = f' title="{title}"' if title else ""
    # Nothing to escape: both texts are made above, of digits and names of months. A list has a
    # hundred of these, and escaping them took a third of its time.
    return Markup(f'<time datetime="{exact}Z"{attribute}>{text}</time>')  # noqa: S704


def _time_of_day(local: datetime) -> str:
    # By hand: strftime asks the C library each time.
    return f"{local.hour:02}:{local.minute:02}:{local.second:02}"


def clock_text(moment: datetime) -> str:
    """The time of day in Japan as bare text, where no <time> may stand (inside an SVG)."""
    return _time_of_day(moment.astimezone(JST))


def as_text(body: bytes) -> str:
    """Bytes of the wire as text; what is no Windows-31J shows as a replacement character."""
    return body.decode("cp932", "replace")


def hex_lines(body: bytes) -> list[tuple[str, str, str]]:
    """Sixteen bytes a line: offset, hex, and what of them is printable ASCII."""
    rows = (body[start : start + 16] for start in range(0, len(body), 16))
    return [
        (f"{16 * number:04x}", f"{row.hex(' '):<47}", "".join(map(_printed, row)))
        for number, row in enumerate(rows)
    ]


def _printed(byte: int) -> str:
    return chr(byte) if 0x20 <= byte < 0x7F else "·"
