"""How many entries need a person: the number in the menu and the title of every page."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from starlette.requests import Request

from app.clock import now
from app.desk.callbacks.storage_failures import LostCallbacks
from app.desk.orders.attention import number_of_entries
from app.desk.permissions import Permission, may
from app.records.shops import Environment
from app.web.http.requests import desk_of
from app.web.http.services import services_of

Count = Callable[[Environment], int | None]


def counted_for(request: Request) -> Count:
    """What counts the entries of an environment when a page is made; None where nobody can."""

    def count(environment: Environment) -> int | None:
        try:
            approver = approver_in(request, environment)
            with desk_of(request).database.reading() as session:
                return number_of_entries(
                    session, environment, now(), lost_in(request, session), approver
                )
        except SQLAlchemyError:
            # The page tells of a database that is away, and has to be shown all the same.
            return None

    return count


def approver_in(request: Request, environment: Environment) -> str | None:
    """The key of whoever looks, where they may approve refunds of this environment."""
    user = getattr(request.state, "user", None)
    return user.id if user and may(user.role, Permission.APPROVE_REFUND, environment) else None


def lost_in(request: Request, session: Session) -> LostCallbacks:
    """The results that could not be stored, as far as this process knows."""
    return services_of(request).storage_failures.lost(session)
