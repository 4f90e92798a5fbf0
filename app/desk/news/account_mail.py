"""What was done to an account, as a mail to its person: no secret, no link that does anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.desk.accounts.notices import NOTICES
from app.desk.news.messages import NAME, Line, Message
from app.protocol.time_words import whole_text
from app.protocol.words import N_, say
from app.records.account_notices import AccountNotice

CHANGED = N_("Your account was changed")
NOT_YOU = N_("Was it not you? Change your password and end the other sign-ins.")
PAGE = "/settings/account"


def account_message(
    language: str, base_url: str, key: str, at: datetime, notices: Sequence[AccountNotice]
) -> Message:
    """These notices in one message."""
    title = say(language, NOTICES[notices[0].what] if len(notices) == 1 else CHANGED)
    lines = [Line(_said(language, one), "") for one in notices]
    lines.append(Line(say(language, NOT_YOU), base_url + PAGE))
    return Message(
        key, at, f"{NAME}: {title}", lines, [], language=language, home=base_url, is_chosen=False
    )


def _said(language: str, one: AccountNotice) -> str:
    parts = (say(language, NOTICES[one.what]), whole_text(language, one.at))
    return " · ".join(filter(None, (*parts, one.by, one.remote_address)))
