"""What a person is told of their own account, above every page until they say that they know."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from app.records.account_notices import AccountNotice, unseen_notices
from app.web.http.requests import desk_of, user_of

SHOWN = 5
"""Of many the newest are shown; the audit log has all."""


def notices_for(request: Request) -> Callable[[], Sequence[AccountNotice]]:
    """What looks for them when a page is made."""

    def look() -> Sequence[AccountNotice]:
        try:
            with desk_of(request).database.reading() as session:
                return unseen_notices(session, user_of(request).id, SHOWN)
        except SQLAlchemyError:
            # The page tells of a database that is away, and has to be shown all the same.
            return ()

    return look
