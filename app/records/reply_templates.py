"""What an administrator has written in the place of our own words to customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Field, Session, select

from app.clock import now
from app.records.columns import Record, reference, timestamp

TEMPLATE_LENGTH = 2000
"""Characters of one piece of a reply."""


class ReplyTemplate(Record, table=True):
    """One piece of a reply in one language. `name` says which."""

    __tablename__ = "reply_templates"

    name: str = Field(primary_key=True, max_length=40)
    language: str = Field(primary_key=True, max_length=2)
    text: str = Field(max_length=TEMPLATE_LENGTH)
    changed_by: str = reference("users.id", index=False)
    changed_at: datetime = timestamp(now)


def templates_in(session: Session, language: str) -> Mapping[str, str]:
    """What was written in this language, by the piece's name."""
    query = select(ReplyTemplate).where(ReplyTemplate.language == language)
    return {one.name: one.text for one in session.exec(query)}
