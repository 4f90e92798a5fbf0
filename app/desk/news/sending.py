"""Sending: what is to be said is claimed, said, and what became of it written down.

At least once: a process that dies in between leaves a lease that runs out. Ten tries over three
days; then it is given up, and says so. A redirect is a failure and is never followed: a receiver
could send us anywhere. No answer's words are kept.
"""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import NamedTuple

import httpx

from app.clock import now
from app.desk.context import Desk
from app.desk.news.mail import MailServer
from app.desk.news.messages import Message, message
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
"""How long a process may take to say what it has claimed."""

TOGETHER = 50
"""Items of one channel that go out in one message."""

PATIENCE = 15.0
"""Seconds that a receiver may take."""

WAIT_AT_MOST = timedelta(hours=24)
"""The longest that a receiver's Retry-After puts a try off."""


class Failure(StrEnum):
    """Why a try failed, in a word."""

    NO_ANSWER = "no-answer"
    REDIRECTED = "redirected"
    REFUSED = "refused"
    TOO_MANY = "too-many"
    BROKEN = "broken"
    GONE = "gone"
    NO_MAIL = "no-mail"
    NO_SUCH_SHAPE = "no-such-shape"


class Outcome(NamedTuple):
    """What became of a try. `wait`: how long the receiver asks us to."""

    failure: Failure | None = None
    wait: timedelta | None = None


class NewsSender:
    """The job of a process."""

    def __init__(self, desk: Desk, mail: MailServer | None) -> None:
        self._desk, self._mail = desk, mail

    async def tick(self) -> None:
        """Say everything that is due."""
        while claimed := await asyncio.to_thread(self._claim):
            channel, message_, keys = claimed
            outcome = await self._try(channel, message_)
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
        if channel.kind is ChannelKind.EMAIL:
            return await asyncio.to_thread(self._send_mail, channel, said)
        wanted = request_for(channel, said)
        # To read every certificate authority takes a while, and only https asks for them.
        verify = wanted.url.startswith("https")
        try:
            async with httpx.AsyncClient(
                timeout=PATIENCE, follow_redirects=False, verify=verify
            ) as client:
                answer = await client.post(
                    wanted.url, content=wanted.body, headers=dict(wanted.headers)
                )
        except (httpx.HTTPError, httpx.InvalidURL):
            return Outcome(Failure.NO_ANSWER)
        return _outcome(answer)

    def _send_mail(self, channel: Channel, said: Message) -> Outcome:
        if self._mail is None:
            return Outcome(Failure.NO_MAIL)
        try:
            self._mail.send(channel.address, said)
        except smtplib.SMTPResponseException as error:
            return Outcome(Failure.REFUSED if error.smtp_code >= 500 else Failure.BROKEN)
        except smtplib.SMTPRecipientsRefused:
            return Outcome(Failure.REFUSED)
        except (OSError, smtplib.SMTPException):
            return Outcome(Failure.NO_ANSWER)
        return Outcome()

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


def _outcome(answer: httpx.Response) -> Outcome:
    if answer.is_success:
        return Outcome()
    if answer.is_redirect:
        return Outcome(Failure.REDIRECTED)
    if answer.status_code == 410:
        return Outcome(Failure.GONE)
    wait = _retry_after(answer.headers.get("retry-after", ""))
    if answer.status_code == 429:
        return Outcome(Failure.TOO_MANY, wait)
    return Outcome(Failure.REFUSED if answer.is_client_error else Failure.BROKEN, wait)


def _retry_after(text: str) -> timedelta | None:
    """How long a receiver asks us to wait: in seconds, or until a time."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return min(timedelta(seconds=int(text)), WAIT_AT_MOST)
    try:
        return min(max(parsedate_to_datetime(text) - now(), timedelta()), WAIT_AT_MOST)
    except (TypeError, ValueError):
        return None
