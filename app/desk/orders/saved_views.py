"""Keeping a view of a list under a name, for oneself or for all; and giving it up."""

from __future__ import annotations

from collections.abc import Mapping

from app.clock import now
from app.desk.audit import record_action
from app.desk.context import Actor, Desk
from app.desk.permissions import Permission, may
from app.protocol.words import N_
from app.records.saved_views import (
    NAME_LENGTH,
    QUERY_LENGTH,
    ListName,
    SavedView,
    view_for,
    view_named,
)

_NO_NAME = N_("Give the view a name.")
_LONG_NAME = N_("At most 40 characters.")
_LONG_QUERY = N_("This view holds too much to be kept: search for less.")
_NOT_FOR_ALL = N_("Only an operator can keep a view for all.")


class ViewRefused(Exception):
    """The view cannot be kept: what is wrong, by field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


def save_view(
    desk: Desk, actor: Actor, list_name: ListName, name: str, query: str, *, for_all: bool
) -> None:
    """Keep a view; one of the same name and owner becomes this one. Raises ViewRefused."""
    name = " ".join(name.split())
    if problems := _problems(actor, name, query, for_all=for_all):
        raise ViewRefused(problems)
    owner = None if for_all else actor.user_key
    with desk.database.writing() as session:
        view = view_named(session, list_name, name, owner)
        if view is None:
            view = SavedView(list_name=list_name, name=name, query=query, user_key=owner)
        view.query, view.created_at = query, now()
        session.add(view)
        if for_all:
            record_action(session, actor, "share-view", subject=name, list=list_name, query=query)


def remove_view(desk: Desk, actor: Actor, key: str) -> SavedView | None:
    """Give up a view of one's own, or everybody's where one may; the view that is gone."""
    with desk.database.writing() as session:
        view = view_for(session, key, actor.user_key)
        if view is None or (view.shared and not may(actor.role, Permission.SHARE)):
            return None
        if view.shared:
            record_action(session, actor, "unshare-view", subject=view.name, list=view.list_name)
        session.delete(view)
        return view


def _problems(actor: Actor, name: str, query: str, *, for_all: bool) -> Mapping[str, str]:
    if not name:
        return {"Name": _NO_NAME}
    if len(name) > NAME_LENGTH:
        return {"Name": _LONG_NAME}
    if len(query) > QUERY_LENGTH:
        return {"Name": _LONG_QUERY}
    if for_all and not may(actor.role, Permission.SHARE):
        return {"Shared": _NOT_FOR_ALL}
    return {}
