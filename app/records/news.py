"""News: where people want to hear of what needs somebody, what is open, and what is sent."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, func, text, update
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.accounts import Role, User
from app.records.columns import (
    Record,
    encrypted_address,
    encrypted_text,
    enum_column,
    index_of_some,
    key,
    reference,
    timestamp,
)
from app.records.keys import KEY_LENGTH
from app.records.shops import Environment

NAME_LENGTH = 60

OPEN = "ended_at IS NULL"
WAITING = "sent_at IS NULL AND given_up_at IS NULL"
"""A matter that is open and an item that is to be sent, as an index and a query must say them."""


class Event(StrEnum):
    """What people can hear of. The first ones are what the overview calls so, by the same word."""

    DOUBLE_PAYMENT = "double-payment"
    CONFLICT = "conflict"
    UNPROVEN = "unproven-result"
    UNANSWERED = "unanswered-call"
    FIRST_MET = "first-met"
    LOST = "lost-results"
    BURST = "refusal-burst"
    CASE_REOPENED = "case-reopened"
    CASE_OVERDUE = "case-overdue"
    CASE_ASSIGNED = "case-assigned"
    REFUND = "refund-to-approve"
    PAID_UNTOLD = "paid-no-callback"
    JUDGING_LATE = "judging-late"
    UNPROVEN_COPY = "unproven-copy"


class ChannelKind(StrEnum):
    """What takes the news. A browser does while one of its tabs is open."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    SLACK = "slack"
    TEAMS = "teams"
    CHATWORK = "chatwork"
    LINE_WORKS = "line-works"
    BROWSER = "browser"
    ACCOUNT = "account"  # the person's own address, for what was done to their account: not chosen


class Phase(StrEnum):
    """What an item says of its matter."""

    BEGAN = "began"
    REMINDER = "reminder"
    SETTLED = "settled"
    TRIAL = "trial"  # of no matter: somebody wants to see one arrive
    DIGEST = "digest"  # of no matter: the day in short
    ACCOUNT = "account"  # of no matter: what was done to the reader's account


class Channel(Record, table=True):
    """One place where one person hears of things.

    `address` is secret where it opens the place to whoever has it; so is `secret`, with which a
    webhook's news is signed, or which opens Chatwork. `failure` is the word for the last one,
    empty since a success. `ended_at`: nothing is sent there any more.

    `muted`: the events and the environments it does not want, parted by commas. Hours are of
    Japan's day: nothing is said from `quiet_from` until `quiet_to` (the next morning where that is
    less), and a digest at `digest_hour`; `digest_day` is the day of the last one, as 2026-12-01.
    """

    __tablename__ = "news_channels"

    id: str = key()
    user_key: str = reference("users.id", index=False)
    kind: ChannelKind = enum_column(ChannelKind)
    name: str = Field(max_length=NAME_LENGTH)
    address: str = encrypted_address()
    secret: str | None = encrypted_text()
    language: str = Field(max_length=2)
    created_at: datetime = timestamp(now)
    ended_at: datetime | None = timestamp()
    succeeded_at: datetime | None = timestamp()
    failed_at: datetime | None = timestamp()
    failure: str = Field(default="", max_length=20)
    # Until when its service has asked to be left alone.
    rests_until: datetime | None = timestamp()
    muted: str = Field(default="", max_length=400)
    quiet_from: int | None = None
    quiet_to: int | None = None
    urgent_breaks_in: bool = True
    digest_hour: int | None = None
    digest_day: str = Field(default="", max_length=10)

    def wants(self, event: Event) -> bool:
        """Whether it is to hear of this."""
        return event not in self.muted.split(",")

    def wants_of(self, environment: Environment | None) -> bool:
        """Whether it is to hear of this environment; what is of none concerns everybody."""
        return environment not in self.muted.split(",")


class Matter(Record, table=True):
    """Something that needs a person, from when it began to when it ended.

    `about` names it: of one thing there is one that is open. `told_at`: when it was last told of.
    """

    __tablename__ = "news_matters"
    __table_args__ = (
        Index(
            "ix_news_matters_open",
            "about",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
    )

    id: str = key()
    about: str = Field(max_length=64)
    kind: Event = enum_column(Event)
    environment: Environment | None = enum_column(Environment, None)
    # No reference: the sandbox's orders are forgotten, and this is the past.
    order_key: str | None = Field(default=None, max_length=32)
    order_id: str = Field(default="", max_length=60)
    case_key: str | None = Field(default=None, max_length=32)
    case_name: str = Field(default="", max_length=20)
    began_at: datetime = timestamp(now)
    told_at: datetime = timestamp(now)
    ended_at: datetime | None = timestamp()


class Item(Record, table=True):
    """What is to be said in one channel about one matter. Claimed by lease, so it is sent once by
    whichever process is first, and again only where the first never said what became of it."""

    __tablename__ = "news_items"
    __table_args__ = (
        index_of_some("ix_news_items_waiting", ["due_at"], WAITING),
        Index("ix_news_items_channel", "channel_key", "id"),
        Index("ix_news_items_matter", "matter_key"),
    )

    id: str = key()
    channel_key: str = reference("news_channels.id", index=False)
    matter_key: str | None = reference("news_matters.id", optional=True, index=False)
    notice_key: str | None = Field(default=None, max_length=KEY_LENGTH)
    phase: Phase = enum_column(Phase)
    created_at: datetime = timestamp(now)
    due_at: datetime = timestamp(now)
    attempts: int = 0
    leased_until: datetime | None = timestamp()
    sent_at: datetime | None = timestamp()
    given_up_at: datetime | None = timestamp()
    failure: str = Field(default="", max_length=20)


CHOSEN = Channel.kind != ChannelKind.ACCOUNT


def open_channels(session: Session) -> Sequence[tuple[Channel, Role]]:
    """Every channel in which anything is said, with the role of its person. Not of somebody who
    has been locked out."""
    query = select(Channel, User).join(User, col(User.id) == col(Channel.user_key))
    is_open = (col(Channel.ended_at).is_(None), col(User.disabled_at).is_(None))
    return [(channel, user.role) for channel, user in session.exec(query.where(CHOSEN, *is_open))]


def channels_of(session: Session, user_key: str) -> Sequence[Channel]:
    """A person's channels, those that have ended last."""
    query = select(Channel).where(CHOSEN, Channel.user_key == user_key)
    return session.exec(query.order_by(col(Channel.ended_at).is_not(None), col(Channel.id))).all()


def channel_of(session: Session, user_key: str, key: str | None) -> Channel | None:
    """A channel that this person has chosen, locked; None: they have no such one."""
    query = select(Channel).where(CHOSEN, Channel.user_key == user_key, Channel.id == key)
    return session.exec(query.with_for_update()).one_or_none()


def open_matters(session: Session) -> Sequence[Matter]:
    """Everything that needs a person and has been told of, oldest first."""
    return session.exec(select(Matter).where(text(OPEN)).order_by(col(Matter.id))).all()


def end_matter(session: Session, matter_key: str, at: datetime) -> bool:
    """It needs nobody any more; False where somebody else has said so before."""
    ended = update(Matter).where(col(Matter.id) == matter_key, col(Matter.ended_at).is_(None))
    return session.connection().execute(ended.values(ended_at=at)).rowcount > 0


def tell_again(session: Session, matter: Matter, at: datetime) -> bool:
    """It is told of again; False where somebody else has just done so."""
    told = update(Matter).where(col(Matter.id) == matter.id, col(Matter.told_at) == matter.told_at)
    return session.connection().execute(told.values(told_at=at)).rowcount > 0


def told_of(session: Session, matter_key: str) -> set[str]:
    """The channels in which anything was written about this matter."""
    query = select(Item.channel_key).where(Item.matter_key == matter_key)
    return set(session.exec(query.distinct()))


def messages_since(
    session: Session, channel_key: str, since: datetime, only: Event | None = None
) -> int:
    """How many messages this channel has taken since then: what went in one was sent at once.
    `only`: those in which something of this kind began."""
    query = select(func.count(func.distinct(Item.sent_at)))
    query = query.where(Item.channel_key == channel_key, col(Item.sent_at) >= since)
    if only is not None:
        query = query.join(Matter, col(Matter.id) == col(Item.matter_key))
        query = query.where(Item.phase == Phase.BEGAN, Matter.kind == only)
    return session.exec(query).one()


def begin_digest(session: Session, channel_key: str, day: str) -> bool:
    """It is this channel's digest of that day; False where somebody else has just begun it."""
    begun = update(Channel).where(col(Channel.id) == channel_key, col(Channel.digest_day) != day)
    return session.connection().execute(begun.values(digest_day=day)).rowcount > 0


def matters_ended(session: Session, since: datetime, before: datetime) -> Sequence[Matter]:
    """What came to its end within a span of time, in the order of its ends."""
    query = select(Matter).where(col(Matter.ended_at) >= since, col(Matter.ended_at) < before)
    return session.exec(query.order_by(col(Matter.ended_at), col(Matter.id))).all()


def claim_items(session: Session, at: datetime, lease: timedelta, limit: int) -> Sequence[Item]:
    """Items that are due, of one channel, nobody else's for the time of the lease. A digest goes
    alone; what is for a browser waits for its tabs, and nothing goes where it was asked to wait."""
    rests = col(Channel.rests_until) > at
    not_now = select(Channel.id).where((col(Channel.kind) == ChannelKind.BROWSER) | rests)
    free = (
        text(WAITING),
        col(Item.due_at) <= at,
        col(Item.leased_until).is_(None) | (col(Item.leased_until) <= at),
        col(Item.channel_key).not_in(not_now),
    )
    first = select(Item).where(*free).order_by(col(Item.due_at)).limit(1)
    one = session.exec(first.with_for_update(skip_locked=True)).first()
    if one is None:
        return ()
    if one.phase is Phase.DIGEST:
        one.leased_until = at + lease
        return (one,)
    alike = (Item.channel_key == one.channel_key, Item.phase != Phase.DIGEST)
    query = select(Item).where(*free, *alike)
    items = session.exec(
        query.order_by(col(Item.id)).limit(limit).with_for_update(skip_locked=True)
    ).all()
    for item in items:
        item.leased_until = at + lease
    return items


def items_of(session: Session, channels: Collection[str], limit: int) -> Sequence[Item]:
    """The newest items of these channels."""
    query = select(Item).where(col(Item.channel_key).in_(channels))
    return session.exec(query.order_by(col(Item.id).desc()).limit(limit)).all()


def matters_by_key(session: Session, keys: Collection[str]) -> dict[str, Matter]:
    """These matters."""
    found = session.exec(select(Matter).where(col(Matter.id).in_(keys)))
    return {matter.id: matter for matter in found}
