"""News for browsers: what waits for the open tabs of a person."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.records.news import WAITING, Channel, ChannelKind, Item


def claim_for_browser(
    session: Session, user_key: str, at: datetime, fresh: timedelta
) -> Sequence[Item]:
    """What an open tab of this person is to show now. It counts as sent to the first that asks;
    what no tab has asked for while it was fresh is given up."""
    mine = select(Channel.id).where(
        Channel.kind == ChannelKind.BROWSER,
        Channel.user_key == user_key,
        col(Channel.ended_at).is_(None),
    )
    query = select(Item).where(text(WAITING), col(Item.due_at) <= at)
    waiting = query.where(col(Item.channel_key).in_(mine)).order_by(col(Item.id))
    shown = []
    for item in session.exec(waiting.with_for_update(skip_locked=True)):
        if item.due_at < at - fresh:
            item.given_up_at = at
        else:
            item.sent_at = at
            shown.append(item)
    return shown


def waits_for_browser(session: Session, user_key: str, at: datetime) -> bool:
    """Whether anything may be to be shown in a tab of this person: asked often, and nearly always
    answered no."""
    query = select(Item.id).join(Channel, col(Channel.id) == col(Item.channel_key))
    mine = (Channel.kind == ChannelKind.BROWSER, Channel.user_key == user_key)
    waiting = query.where(text("news_items." + WAITING.replace(" AND ", " AND news_items.")))
    return session.exec(waiting.where(col(Item.due_at) <= at, *mine).limit(1)).first() is not None
