"""Sending: what is to be said is claimed, said, and what became of it written down.

At least once: a process that dies in between leaves a lease that runs out. Ten tries over three
days; then it is given up, and says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from app.clock import now
from app.desk.context import Desk
from app.desk.news.mail import MailServer
from app.desk.news.messages import Message, message
from app.desk.news.outcomes import Failure, Outcome
from app.desk.news.posting import Poster
from app.desk.news.shapes import request_for
from app.records.news import (
    Channel,
    ChannelKind,
    Item,
    claim_items,
    matters_by_key,
)

LOOK_EVERY = 5.0
"""Seconds between two looks for what is due."""

PAUSES = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, 180, 360, 720, 1080, 1440))
"""How long after each try the next one is: ten tries over nearly three days."""

LEASE = timedelta(minutes=2)
"""How long a process may take to say what it has claimed; longer than any patience."""

TOGETHER = 50
"""Items of one channel that go out in one message."""

AT_ONCE = 8
"""Messages under way at once: a receiver that hangs holds up none but its own."""


class NewsSender:
    """The job of a process."""

    def __init__(self, desk: Desk, mail: MailServer | None, poster: Poster | None = None) -> None:
        self._desk, self._mail, self._poster = desk, mail, poster or Poster()

    async def tick(self) -> None:
        """Say everything that is due."""
        free = asyncio.Semaphore(AT_ONCE)
        under_way: list[asyncio.Task[None]] = []
        try:
            while await free.acquire() and (claimed := await asyncio.to_thread(self._claim)):
                saying = asyncio.create_task(self._say(*claimed))
                saying.add_done_callback(lambda _: free.release())
                under_way.append(saying)
        finally:
            await asyncio.gather(*under_way)

    async def _say(self, channel: Channel, said: Message, keys: Sequence[str]) -> None:
        outcome = await self._try(channel, said)
        await asyncio.to_thread(self._note, channel.id, keys, outcome)

    def _claim(self) -> tuple[Channel, Message, Sequence[str]] | None:
        at = now()
        with self._desk.database.writing() as session:
            items = claim_items(session, at, LEASE, TOGETHER)
            if not items:
                return None
            channel = session.get_one(Channel, items[0].channel_key)
            matters = matters_by_key(session, {one.matter_key for one in items if one.matter_key})
            said = [(one.phase, matters.get(one.matter_key or "")) for one in items]
            base_url = self._desk.settings.base_url
            return (
                channel,
                message(channel.language, base_url, items[0].id, at, said),
                [one.id for one in items],
            )

    async def _try(self, channel: Channel, said: Message) -> Outcome:
        if channel.ended_at is not None:
            return Outcome(Failure.GONE)
        if channel.kind is not ChannelKind.EMAIL:
            return await self._poster.post(request_for(channel, said))
        if self._mail is None:
            return Outcome(Failure.NO_MAIL)
        return await self._mail.send(channel.address, said)

    def _note(self, channel_key: str, keys: Sequence[str], outcome: Outcome) -> None:
        at = now()
        with self._desk.database.writing() as session:
            channel = session.get_one(Channel, channel_key, with_for_update=True)
            if outcome.failure is None:
                channel.succeeded_at, channel.failure = at, ""
            else:
                channel.failed_at, channel.failure = at, outcome.failure
            if outcome.failure is Failure.GONE:
                channel.ended_at = channel.ended_at or at
            for key in keys:
                _note_item(session.get_one(Item, key, with_for_update=True), outcome)


def _note_item(item: Item, outcome: Outcome) -> None:
    at = now()
    item.attempts, item.leased_until = item.attempts + 1, None
    item.failure = outcome.failure or ""
    if outcome.failure is None:
        item.sent_at = at
    elif outcome.failure is Failure.GONE or item.attempts > len(PAUSES):
        item.given_up_at = at
    else:
        item.due_at = at + max(PAUSES[item.attempts - 1], outcome.wait or timedelta())
