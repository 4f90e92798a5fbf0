"""Checked by hand: a callback that somebody has on paper, in a log or in a mail.

Nothing is stored and nothing is applied, unless asked: then it is taken in as if a browser had
brought it now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlmodel import Session

from app.desk.audit import record_action
from app.desk.callbacks.callback_view import KEPT_FROM, CallbackView, callback_view
from app.desk.callbacks.intake import CallbackIntake
from app.desk.callbacks.paste_parser import Kind, body_in
from app.desk.callbacks.raw import TARGET
from app.desk.callbacks.verification import read_and_verify, write_verdict
from app.desk.context import Actor, Desk
from app.protocol.checkstring import MALFORMED
from app.protocol.text import WINDOWS_31J
from app.protocol.words import say
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.orders import order_by_number
from app.records.shops import OurShops


@dataclass(frozen=True)
class ByHand:
    """What a text was taken for, and the verdict on the callback in it."""

    kind: Kind
    view: CallbackView


def check_pasted(session: Session, ours: OurShops, text: str) -> ByHand:
    """Verify the callback that this text holds."""
    pasted = body_in(text)
    callback = Callback(body=pasted.body, digest=sha256(pasted.body).hexdigest())
    [checked] = read_and_verify(session, ours, [callback])
    write_verdict(checked)
    order = order_by_number(session, checked.shop_key, checked.order_id) if checked.shop else None
    callback.order_key = order.id if order else None
    return ByHand(pasted.kind, callback_view(session, ours, callback))


async def import_pasted(desk: Desk, intake: CallbackIntake, actor: Actor, text: str) -> str:
    """Store, verify and apply the callback that this text holds. Returns the callback's key."""
    key = await intake.receive(body_in(text).body, [(TARGET, KEPT_FROM)], actor.remote_address)
    processed = await intake.outcome(key)
    order_key = processed.callback.order_key if processed else None
    await desk.writer.write(
        lambda session: record_action(
            session, actor, "callback-kept", order_key=order_key, subject=key
        )
    )
    return key


def verdict_of_text(database: Database, text: bytes, ours: OurShops) -> tuple[str, Sequence[str]]:
    """The verdict on the callback in these bytes, and lines that say what it rests on.

    A raw body is verified as it is, any other text as `check_pasted` would.
    """
    with database.reading() as session:
        view = check_pasted(session, ours, _text(text)).view
    verdict = view.callback.verdict or ""
    lines = [f"{name}: {value}" for name, value in view.parts if value is not None]
    lines += [f"CheckString received: {view.received or 'none'}"]
    if view.computed:
        lines.append(f"CheckString computed: {view.computed}")
    if view.reading.malformed:
        lines.append(say("en", MALFORMED[view.reading.malformed]))
    lines += [f"{finding.kind}: {say('en', finding.detail)}" for finding in view.findings]
    return verdict, [f"Verdict: {verdict}", *lines]


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode(WINDOWS_31J, "replace")
