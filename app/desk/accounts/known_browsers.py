"""Browsers in which somebody has signed in before: what strangers try does not count for them.

The cookie says for which e-mail address and since when, signed with a key of ours; nothing of it is
stored. It lets nobody in: it only has tries at the password of its own.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from app.clock import now
from app.records.encryption import derived
from app.records.keys import new_secret

LIFETIME = timedelta(days=90)


def mark(email: str) -> str:
    """The cookie for a browser in which this user has just signed in."""
    text = f"{int(now().timestamp())}.{new_secret()[:16]}"
    return f"{text}.{_signature(email, text)}"


def bucket(email: str, cookie: str | None) -> str:
    """Whose tries are counted together with those of this browser; empty for a stranger's."""
    text, _, signature = (cookie or "").rpartition(".")
    since, _, name = text.partition(".")
    if not hmac.compare_digest(_signature(email, text).encode(), signature.encode()):
        return ""
    fresh = now().timestamp() - int(since) < LIFETIME.total_seconds()
    return f"browser {name}" if fresh else ""


def _signature(email: str, text: str) -> str:
    return derived("known browser", f"{email} {text}", 32).hex()
