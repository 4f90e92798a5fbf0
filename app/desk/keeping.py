"""Keeping: a pasted result is taken in, when asked, as if a browser had brought it now."""

from __future__ import annotations

from app.desk.deeds import note
from app.desk.desk import Actor, Desk
from app.desk.results import Inbox
from app.desk.results.pasted import body_in
from app.desk.results.receiving import TARGET
from app.desk.results.viewing import KEPT_FROM


async def keep(desk: Desk, inbox: Inbox, actor: Actor, text: str) -> str:
    """Store, judge and apply the result that this text holds. Returns the callback's key."""
    key = await inbox.receive(body_in(text).body, [(TARGET, KEPT_FROM)], actor.remote_address)
    judged = await inbox.judged(key)
    order_key = judged.callback.order_key if judged else None
    await desk.writer.write(
        lambda session: note(session, actor, "callback-kept", order_key=order_key, subject=key)
    )
    return key
