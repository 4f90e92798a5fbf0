"""Channels: a person says where they want to hear of things. What opens a place is kept sealed."""

from __future__ import annotations

import secrets
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.clock import now
from app.desk.audit import record_action
from app.desk.context import Actor, Desk
from app.desk.news.mail import is_mailable
from app.desk.validation_errors import ValidationErrors, collect
from app.protocol.hosts import is_inside, is_loopback
from app.protocol.words import LANGUAGES, N_, Sentence, Words
from app.records.database import Database
from app.records.news import NAME_LENGTH, Channel, ChannelKind, Item, Phase, channel_of

ADDRESS_LENGTH = 1000
CHOOSABLE = [one for one in ChannelKind if one is not ChannelKind.ACCOUNT]

NO_NAME = Sentence(
    N_("Give the channel a name of at most %(limit)s characters."), {"limit": NAME_LENGTH}
)
NO_KIND = N_("Choose what takes the news.")
NO_ADDRESS = N_("Give the address that the service has shown you. It starts with https://.")
NOT_PUBLIC = N_("This address is inside a network. News are sent to a public one.")
THIS_MACHINE = N_("To its own machine the desk sends while its sandbox is on, for trying.")
NO_EMAIL = N_("This is not an e-mail address.")
NO_ROOM = N_("Give the number of the Chatwork room, in digits.")
NO_TOKEN = N_("Give the API token of the Chatwork account that speaks.")


class ChannelRefused(ValidationErrors):
    """A channel cannot be kept like this."""


@dataclass(frozen=True)
class ChannelDraft:
    """A channel as it was typed. `secret` is Chatwork's token; of a webhook we make one."""

    kind: str
    name: str
    address: str
    secret: str = ""
    language: str = "ja"


def make_channel(desk: Desk, actor: Actor, draft: ChannelDraft) -> Channel:
    """A new channel. Raises ChannelRefused."""
    kind = ChannelKind(draft.kind) if draft.kind in CHOOSABLE else None
    name, address, secret = draft.name.strip(), draft.address.strip(), draft.secret.strip()
    problems = collect(
        kind=None if kind else NO_KIND,
        name=None if 0 < len(name) <= NAME_LENGTH and name.isprintable() else NO_NAME,
        address=_address_problem(kind, address, to_this_machine=desk.settings.sandbox_on),
        secret=NO_TOKEN if kind is ChannelKind.CHATWORK and not _is_word(secret) else None,
    )
    if problems or kind is None:
        raise ChannelRefused(problems)
    channel = Channel(
        user_key=actor.user_key,
        kind=kind,
        name=name,
        address="" if kind is ChannelKind.BROWSER else address,
        secret=_secret(kind, secret),
        language=draft.language if draft.language in LANGUAGES else next(iter(LANGUAGES)),
    )
    with desk.database.writing() as session:
        session.add(channel)
        record_action(session, actor, "news-channel-made", subject=name, kind=kind)
    return channel


def end(database: Database, actor: Actor, key: str) -> bool:
    """Nothing is sent there any more; False where this person has no such channel."""
    with database.writing() as session:
        channel = channel_of(session, actor.user_key, key)
        if channel is None:
            return False
        channel.ended_at = channel.ended_at or now()
        record_action(session, actor, "news-channel-ended", subject=channel.name)
        return True


def trial(database: Database, actor: Actor, key: str) -> bool:
    """Send one to try it; False where this person has no such channel that is open."""
    with database.writing() as session:
        channel = channel_of(session, actor.user_key, key)
        if channel is None or channel.ended_at is not None:
            return False
        session.add(Item(channel_key=key, phase=Phase.TRIAL))
        return True


def replay(database: Database, actor: Actor, key: str) -> bool:
    """Say an item once more, from its first try on; False where it is none of this person's."""
    with database.writing() as session:
        item = session.get(Item, key, with_for_update=True)
        channel = channel_of(session, actor.user_key, item.channel_key) if item else None
        if item is None or channel is None or channel.ended_at is not None:
            return False
        session.add(Item(channel_key=channel.id, matter_key=item.matter_key, phase=item.phase))
        return True


def _address_problem(
    kind: ChannelKind | None, address: str, *, to_this_machine: bool
) -> Words | None:
    if kind is None or kind is ChannelKind.BROWSER:
        return None
    if kind is ChannelKind.EMAIL:
        return None if is_mailable(address) else NO_EMAIL
    if kind is ChannelKind.CHATWORK:
        return None if address.isascii() and address.isdigit() and len(address) < 20 else NO_ROOM
    return _url_problem(address, to_this_machine=to_this_machine)


def _url_problem(address: str, *, to_this_machine: bool) -> Words | None:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return NO_ADDRESS
    known = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    plain = address.isascii() and address.isprintable() and " " not in address
    fits = bool(host) and "@" not in parts.netloc and len(address) <= ADDRESS_LENGTH
    if not (known and plain and fits):
        return NO_ADDRESS
    if is_loopback(host):
        return None if to_this_machine else THIS_MACHINE
    return NOT_PUBLIC if is_inside(host) else None


def _secret(kind: ChannelKind, typed: str) -> str | None:
    if kind is ChannelKind.WEBHOOK:
        return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"
    return typed if kind is ChannelKind.CHATWORK else None


def _is_word(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and " " not in text
