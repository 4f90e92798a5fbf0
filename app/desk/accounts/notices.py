"""Tells people what was done to their accounts: whoever did not do it themselves should know."""

from __future__ import annotations

from sqlmodel import Session

from app.clock import now
from app.desk.audit import BY_COMMAND
from app.desk.context import Actor
from app.records.account_notices import AccountNotice, Changed, see_notices
from app.records.database import Database


def tell(session: Session, user_key: str, what: Changed, actor: Actor | None) -> None:
    """Have a person told at their next page. Without an actor it was the command line."""
    session.add(
        AccountNotice(
            user_key=user_key,
            what=what,
            by=actor.email if actor else BY_COMMAND,
            remote_address=actor.remote_address if actor else "",
        )
    )


def see(database: Database, user_key: str, up_to: str) -> None:
    """A person says that they know of what was shown; what came after it is still to be told."""
    with database.writing() as session:
        see_notices(session, user_key, up_to, now())
