"""News in a browser: its open tabs ask for what they are to show."""

from __future__ import annotations

from datetime import timedelta

from app.clock import now
from app.desk.context import Desk
from app.desk.news.messages import Message, message
from app.records.news import Channel, matters_by_key
from app.records.news_in_browsers import claim_for_browser, waits_for_browser

FRESH = timedelta(minutes=10)
"""How long after it was due a tab still shows something: whoever opens one in the morning has the
list."""


def said_in_browser(desk: Desk, user_key: str) -> Message | None:
    """What a tab of this person shows now, once in all tabs and processes; None: nothing."""
    at = now()
    with desk.database.reading() as session:
        if not waits_for_browser(session, user_key, at):
            return None
    with desk.database.writing() as session:
        items = claim_for_browser(session, user_key, at, FRESH)
        if not items:
            return None
        channel = session.get_one(Channel, items[0].channel_key)
        channel.succeeded_at = at
        matters = matters_by_key(session, {one.matter_key for one in items if one.matter_key})
        said = [(one.phase, matters.get(one.matter_key or "")) for one in items]
        base_url = desk.settings.base_url
        return message(channel.language, base_url, items[0].id, at, said)
