"""What a person has said that the columns and the words of a book hold, by its first line."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, Session, select

from app.clock import now
from app.records.columns import Record, key, timestamp


class BookHeader(Record, table=True):
    """One first line. `columns` and `words` are JSON, as the books' room writes it."""

    __tablename__ = "book_headers"

    id: str = key()
    header_key: str = Field(max_length=32, unique=True)
    columns: str = Field(max_length=200)
    words: str = Field(default="{}", sa_type=Text)
    said_at: datetime = timestamp(now)


def header_known(session: Session, header_key: str) -> BookHeader | None:
    """What was last said of books with this first line."""
    query = select(BookHeader).where(BookHeader.header_key == header_key)
    return session.exec(query).one_or_none()


def remember_header(session: Session, header_key: str, columns: str, words: str) -> None:
    """Let this be what is known of books with this first line."""
    said = header_known(session, header_key) or BookHeader(header_key=header_key, columns=columns)
    said.columns, said.words, said.said_at = columns, words, now()
    session.add(said)
