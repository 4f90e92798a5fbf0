"""Tells people what was done to their accounts: whoever did not do it themselves should know.

At their next page, and by mail to their own address: whoever has taken an account over sees the
pages, and not the mailbox. Both are written in the transaction of what was done; no deed waits for
a mail, or fails with one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from app.clock import now
from app.desk.audit import BY_COMMAND
from app.desk.context import Actor
from app.protocol.words import N_
from app.records.account_notices import AccountNotice, Changed, mail_notice, see_notices
from app.records.accounts import FIRST_EMAIL, User
from app.records.database import Database

NOTICES: Mapping[Changed, str] = {
    Changed.PASSWORD: N_("The password was changed"),
    Changed.EMAIL: N_("The e-mail address was changed"),
    Changed.ROLE: N_("The role was changed"),
    Changed.FACTOR_ON: N_("The second factor was switched on"),
    Changed.FACTOR_OFF: N_("The second factor was switched off"),
    Changed.PASSKEY_ADDED: N_("A passkey was added"),
    Changed.PASSKEY_REMOVED: N_("A passkey was removed"),
    Changed.NEW_BROWSER: N_("Signed in with a browser that was not known"),
    Changed.LINK_USED: N_("Signed in by a one-time link"),
    Changed.RECOVERY_USED: N_("A recovery code was used"),
}
"""What a person is told of their own account."""


def tell(
    session: Session,
    user: User,
    what: Changed,
    actor: Actor | None,
    *,
    former_email: str = "",
    seen_at: datetime | None = None,
) -> None:
    """Have a person told. Without an actor it was the command line.

    `former_email`: an address that was theirs until now, and is told too. `seen_at`: nobody needs
    to read it on a page.
    """
    notice = AccountNotice(
        user_key=user.id,
        what=what,
        by=actor.email if actor else BY_COMMAND,
        remote_address=actor.remote_address if actor else "",
        seen_at=seen_at,
    )
    session.add(notice)
    for address in {user.email, former_email} - {"", FIRST_EMAIL}:
        mail_notice(session, user, address, notice)


def see(database: Database, user_key: str, up_to: str) -> None:
    """A person says that they know of what was shown; what came after it is still to be told."""
    with database.writing() as session:
        see_notices(session, user_key, up_to, now())
