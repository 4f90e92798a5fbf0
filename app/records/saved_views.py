"""Saved views: the search, filters, sorting and columns of a list, kept under a name."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, or_
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import Record, enum_column, key, reference, timestamp

NAME_LENGTH, QUERY_LENGTH = 40, 1000


class ListName(StrEnum):
    """The list that a view is of, as its address begins."""

    ORDERS = "orders"
    CALLBACKS = "callbacks"
    EXCHANGES = "exchanges"


class SavedView(Record, table=True):
    """One view: `query` stands behind the address of its list. Without a user it is everybody's."""

    __tablename__ = "saved_views"

    id: str = key()
    list_name: ListName = enum_column(ListName)
    name: str = Field(max_length=NAME_LENGTH)
    query: str = Field(max_length=QUERY_LENGTH)
    user_key: str | None = reference("users.id", optional=True)
    created_at: datetime = timestamp(now)

    @property
    def shared(self) -> bool:
        """Whether everybody has it."""
        return self.user_key is None


def views_for(session: Session, list_name: ListName, user_key: str) -> Sequence[SavedView]:
    """A user's own views of a list and everybody's, by name."""
    query = select(SavedView).where(SavedView.list_name == list_name, _whose(user_key))
    return session.exec(query.order_by(col(SavedView.name), col(SavedView.id))).all()


def view_named(
    session: Session, list_name: ListName, name: str, user_key: str | None
) -> SavedView | None:
    """The view of this name that this user has, or everybody where no user is given."""
    query = select(SavedView).where(SavedView.list_name == list_name, SavedView.name == name)
    owned = col(SavedView.user_key).is_not_distinct_from(user_key)
    return session.exec(query.where(owned)).first()


def view_for(session: Session, key: str, user_key: str) -> SavedView | None:
    """This view, if it is the user's or everybody's."""
    return session.exec(
        select(SavedView).where(SavedView.id == key, _whose(user_key))
    ).one_or_none()


def _whose(user_key: str) -> ColumnElement[bool]:
    return or_(col(SavedView.user_key) == user_key, col(SavedView.user_key).is_(None))
