"""Time-based one-time passwords (RFC 6238): six digits out of a shared secret and the clock."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime
from urllib.parse import quote, urlencode

from app.redaction import hold

SECRET_BYTES = 20
STEP = 30
"""Seconds for which a code is shown."""

SLACK = 1
"""Steps before and after the present one that are accepted: clocks differ, and people type."""

ISSUER = "NET CASH Desk"


def code_of(secret: bytes, step: int, digits: int = 6) -> str:
    """The code of one step since 1970 (RFC 4226, 5.3)."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    at = mac[-1] & 0x0F
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_of(moment: datetime) -> int:
    """Which step a moment is in."""
    return int(moment.timestamp()) // STEP


def step_of_code(secret: bytes, code: str, moment: datetime, last: int | None) -> int | None:
    """The step whose code this is, among those that count now; None for a wrong code.

    `last` is the step whose code was used last: that one and those before it never count again.
    """
    hold(secret, as_text(secret))
    present = step_of(moment)
    steps = range(present - SLACK, present + SLACK + 1)
    given = code.encode("utf-8", "replace")
    fitting = [one for one in steps if hmac.compare_digest(code_of(secret, one).encode(), given)]
    return next((one for one in fitting if last is None or one > last), None)


def as_text(secret: bytes) -> str:
    """A secret as it is typed into an app where no camera is at hand: base32."""
    text = base64.b32encode(secret).decode().rstrip("=")
    hold(text)
    return text


def address(secret: bytes, email: str) -> str:
    """What the QR code holds: apps that make codes read it."""
    label = quote(f"{ISSUER}:{email}")
    values = {"secret": as_text(secret), "issuer": ISSUER}
    return f"otpauth://totp/{label}?{urlencode(values, quote_via=quote)}"
