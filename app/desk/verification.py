"""Verification by hand: judge a result that somebody has on paper, in a log or in a mail.

Nothing is stored and nothing is applied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlmodel import Session

from app.desk.results.matters import open_matters, write_verdict
from app.desk.results.pasted import Kind, body_in
from app.desk.results.viewing import CallbackView, callback_view
from app.protocol.checkstring import MALFORMED
from app.protocol.text import WINDOWS_31J
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.orders import order_by_number


@dataclass(frozen=True)
class ByHand:
    """What a text was taken for, and the verdict on the result in it."""

    kind: Kind
    view: CallbackView


def verify(session: Session, sandbox_on: bool, text: str) -> ByHand:
    """Judge the result that this text holds."""
    pasted = body_in(text)
    callback = Callback(body=pasted.body, digest=sha256(pasted.body).hexdigest())
    [matter] = open_matters(session, sandbox_on, [callback])
    write_verdict(matter)
    order = order_by_number(session, matter.shop_key, matter.order_id) if matter.shop else None
    callback.order_key = order.id if order else None
    return ByHand(pasted.kind, callback_view(session, sandbox_on, callback))


def verdict_of_text(
    database: Database, text: bytes, *, sandbox_on: bool = True
) -> tuple[str, Sequence[str]]:
    """The verdict on the result in these bytes, and lines that say what it rests on.

    A raw body is judged as it is, any other text as `verify` would.
    """
    with database.reading() as session:
        view = verify(session, sandbox_on, _text(text)).view
    verdict = view.callback.verdict or ""
    lines = [f"{name}: {value}" for name, value in view.parts if value is not None]
    lines += [f"CheckString received: {view.received or 'none'}"]
    if view.computed:
        lines.append(f"CheckString computed: {view.computed}")
    if view.reading.malformed:
        lines.append(MALFORMED[view.reading.malformed].en)
    lines += [f"{finding.kind}: {finding.detail.en}" for finding in view.findings]
    return verdict, [f"Verdict: {verdict}", *lines]


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode(WINDOWS_31J, "replace")
