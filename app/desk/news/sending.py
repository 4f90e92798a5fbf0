"""Sending: what is to be said is claimed, said, and what became of it written down.

At least once: a process that dies in between leaves a lease that runs out. Ten tries over three
days; then it is given up, and says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session

from app.clock import now
from app.desk.context import Desk
from app.desk.news.account_mail import account_message
from app.desk.news.digest import digest
from app.desk.news.found import EARNEST
from app.desk.news.hours import quiet_until
from app.desk.news.mail import MailServer
from app.desk.news.messages import Message, message
from app.desk.news.outcomes import Failure, Outcome
from app.desk.news.shapes import request_for
from app.records.account_notices import notices_by_key
from app.records.audit_checkpoints import checkpoint_text
from app.records.news import (
    Channel,
    ChannelKind,
    Item,
    Phase,
    claim_items,
    matters_by_key,
)

if TYPE_CHECKING:
    from app.desk.news.posting import Poster

LOOK_EVERY = 5.0
"""Seconds between two looks for what is due."""

PAUSES = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, 180, 360, 720, 1080, 1440))
"""How long after each try the next one is: ten tries over nearly three days."""

LEASE = timedelta(minutes=2)
"""How long a process may take to say what it has claimed; longer than any patience."""

TOGETHER = 50
"""Items of one channel that go out in one message."""

BY_MAIL = (ChannelKind.EMAIL, ChannelKind.ACCOUNT)

AT_ONCE = 8
"""Messages under way at once: a receiver that hangs holds up none but its own."""


class NewsSender:
    """The job of a process."""

    def __init__(self, desk: Desk, mail: MailServer | None, poster: Poster | None = None) -> None:
        self._desk, self._mail, self._poster = desk, mail, poster

    async def tick(self) -> None:
        """Say everything that is due."""
        free = asyncio.Semaphore(AT_ONCE)
        under_way: list[asyncio.Task[None]] = []
        try:
            while await free.acquire() and (claimed := await asyncio.to_thread(self._claim)):
                saying = asyncio.create_task(self._say(*claimed))
                saying.add_done_callback(lambda _: free.release())
                under_way.append(saying)
            await asyncio.gather(*under_way)
        finally:
            # Whoever is told to stop waits for no receiver: the lease runs out.
            for saying in under_way:
                saying.cancel()

    async def _say(self, channel: Channel, said: Message, keys: Sequence[str]) -> None:
        outcome = await self._try(channel, said)
        await asyncio.to_thread(self._note, channel.id, keys, outcome)

    def _claim(self) -> tuple[Channel, Message, Sequence[str]] | None:
        with self._desk.database.writing() as session:
            items = claim_items(session, now(), LEASE, TOGETHER)
        if not items:
            return None
        # Beside the writer, whom a digest's sums would hold up.
        with self._desk.database.reading() as session:
            channel = session.get_one(Channel, items[0].channel_key)
            said = self._message(session, channel, items)
        if items[0].phase is Phase.DIGEST and channel.kind in BY_MAIL:
            # Each day in a mailbox, which whoever holds the database does not reach.
            said = replace(said, checkpoint=checkpoint_text(self._desk.database))
        return channel, said, [one.id for one in items]

    def _message(self, session: Session, channel: Channel, items: Sequence[Item]) -> Message:
        first, base_url = items[0], self._desk.settings.base_url
        if first.phase is Phase.DIGEST:
            wanted = [one for one in EARNEST if channel.wants_of(one)]
            language, at = channel.language, first.created_at
            return digest(session, language, base_url, first.id, at, wanted)
        if channel.kind is ChannelKind.ACCOUNT:
            notices = notices_by_key(session, {one.notice_key for one in items if one.notice_key})
            return account_message(channel.language, base_url, first.id, now(), notices)
        matters = matters_by_key(session, {one.matter_key for one in items if one.matter_key})
        said = [(one.phase, matters.get(one.matter_key or "")) for one in items]
        return message(channel.language, base_url, first.id, now(), said)

    async def _try(self, channel: Channel, said: Message) -> Outcome:
        if channel.ended_at is not None:
            return Outcome(Failure.GONE)
        if channel.kind not in BY_MAIL:
            return await self._ready_poster().post(request_for(channel, said))
        if self._mail is None:
            return Outcome(Failure.NO_MAIL)
        return await self._mail.send(channel.address, said)

    def _ready_poster(self) -> Poster:
        if self._poster is None:
            # It brings the HTTP client, which takes long to load: most starts post nothing.
            from app.desk.news.posting import Poster

            self._poster = Poster(to_this_machine=self._desk.settings.sandbox_on)
        return self._poster

    def _note(self, channel_key: str, keys: Sequence[str], outcome: Outcome) -> None:
        at = now()
        with self._desk.database.writing() as session:
            channel = session.get_one(Channel, channel_key, with_for_update=True)
            if outcome.failure is None:
                channel.succeeded_at, channel.failure = at, ""
            else:
                channel.failed_at, channel.failure = at, outcome.failure
            channel.rests_until = at + outcome.wait if outcome.wait else None
            if outcome.failure is Failure.GONE:
                channel.ended_at = channel.ended_at or at
            for key in keys:
                item = session.get_one(Item, key, with_for_update=True)
                _note_item(item, channel, outcome, at)


def _note_item(item: Item, channel: Channel, outcome: Outcome, at: datetime) -> None:
    item.attempts, item.leased_until = item.attempts + 1, None
    item.failure = outcome.failure or ""
    if outcome.failure is None:
        item.sent_at = at
    elif _is_vain(item, outcome):
        item.given_up_at = at
    else:
        due = at + max(PAUSES[item.attempts - 1], outcome.wait or timedelta())
        # What was let break into quiet hours is not held back by them at its second try.
        broke_in = quiet_until(channel, item.due_at)
        item.due_at = due if broke_in else quiet_until(channel, due) or due


def _is_vain(item: Item, outcome: Outcome) -> bool:
    """Whether no further try is made. A desk without mail has said all it can on its pages."""
    unheard = item.phase is Phase.ACCOUNT and outcome.failure is Failure.NO_MAIL
    return outcome.failure is Failure.GONE or unheard or item.attempts > len(PAUSES)
