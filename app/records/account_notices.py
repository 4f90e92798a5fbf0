"""What a person is to be told of their own account, until they have said that they know."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, update
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.protocol.words import LANGUAGES
from app.records.accounts import User
from app.records.columns import (
    EMAIL_LENGTH,
    Record,
    enum_column,
    index_of_some,
    key,
    reference,
    timestamp,
)
from app.records.news import Channel, ChannelKind, Item, Phase


class Changed(StrEnum):
    """What was done to an account."""

    PASSWORD = "password"  # noqa: S105  # nosec B105 # the name of a kind
    EMAIL = "email"
    ROLE = "role"
    FACTOR_ON = "factor-on"
    FACTOR_OFF = "factor-off"
    PASSKEY_ADDED = "passkey-added"
    PASSKEY_REMOVED = "passkey-removed"
    NEW_BROWSER = "new-browser"
    LINK_USED = "link-used"
    RECOVERY_USED = "recovery-used"


class AccountNotice(Record, table=True):
    """One thing to tell a person. `by`: the e-mail address of whoever did it."""

    __tablename__ = "account_notices"
    __table_args__ = (
        index_of_some("ix_account_notices_unseen", ["user_key", "id"], "seen_at IS NULL"),
    )

    id: str = key()
    user_key: str = reference("users.id", index=False)
    what: Changed = enum_column(Changed)
    by: str = Field(default="", max_length=EMAIL_LENGTH)
    remote_address: str = Field(default="", max_length=64)
    at: datetime = timestamp(now)
    seen_at: datetime | None = timestamp()


# Built once: every page asks for it.
_UNSEEN = (
    select(AccountNotice)
    .where(AccountNotice.user_key == bindparam("user_key"), col(AccountNotice.seen_at).is_(None))
    .order_by(col(AccountNotice.id).desc())
    .limit(bindparam("limit"))
)


def unseen_notices(session: Session, user_key: str, limit: int) -> Sequence[AccountNotice]:
    """What this person has not said to know, the newest first."""
    return session.exec(_UNSEEN, params={"user_key": user_key, "limit": limit}).all()


def see_notices(session: Session, user_key: str, up_to: str, at: datetime) -> None:
    """This person knows of whatever there was up to this one."""
    mine = update(AccountNotice).where(
        col(AccountNotice.user_key) == user_key,
        col(AccountNotice.seen_at).is_(None),
        col(AccountNotice.id) <= up_to,
    )
    session.exec(mine.values(seen_at=at))


def mail_notice(session: Session, user: User, address: str, notice: AccountNotice) -> None:
    """Have it sent to an address of this person, in the transaction of what was done."""
    mine = select(Channel).where(Channel.user_key == user.id, Channel.kind == ChannelKind.ACCOUNT)
    language = user.language or next(iter(LANGUAGES))
    # Addresses are sealed: they are compared once they have been opened.
    channel = next((one for one in session.exec(mine) if one.address == address), None)
    if channel is None:
        kind = ChannelKind.ACCOUNT
        channel = Channel(user_key=user.id, kind=kind, name="", address=address, language=language)
        session.add(channel)
    channel.language = language
    session.add(Item(channel_key=channel.id, notice_key=notice.id, phase=Phase.ACCOUNT))


def notices_by_key(session: Session, keys: Collection[str]) -> Sequence[AccountNotice]:
    """These notices, the oldest first."""
    query = select(AccountNotice).where(col(AccountNotice.id).in_(keys))
    return session.exec(query.order_by(col(AccountNotice.id))).all()
