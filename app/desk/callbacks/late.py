"""What comes about an order whose customer was erased: it is kept without the person.

Its bytes were committed before anybody read them, and are written anew with the verdict.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from app.desk.callbacks.raw import TARGET
from app.desk.callbacks.verification import CheckedCallback
from app.protocol.impersonal import impersonal
from app.records.callbacks import Callback

_KEPT_HEADERS = (TARGET, "content-type", "x-received-at")


def without_person(callback: Callback) -> Mapping[str, Any]:
    """What changes of a result: neither the person nor the browser that brought it is in it.

    Its SHA-256 stays that of the bytes that came.
    """
    headers = json.loads(callback.headers)
    kept = {name: headers[name].partition("?")[0] for name in _KEPT_HEADERS if name in headers}
    return {
        "body": impersonal(callback.body),
        "digest": callback.digest or sha256(callback.body).hexdigest(),
        "headers": json.dumps(kept),
        "remote_address": "",
    }


def forget_late(session: Session, batch: Iterable[CheckedCallback]) -> None:
    """Take the person out of those whose order has none any more."""
    late = [one.callback for one in batch if one.order is not None and one.order.erased_at]
    for callback in late:
        changed = update(Callback).where(col(Callback.id) == callback.id)
        session.connection().execute(changed.values(**without_person(callback)))
