"""Heartbeats: which processes live, and when something was last done that nobody sees otherwise."""

from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import Record, enum_column, timestamp
from app.records.database import Database

NAME_LENGTH = 120


class Beating(StrEnum):
    """What says that it lives, or was done."""

    WEB = "web"
    WORKER = "worker"
    BACKUP = "backup"


class Heartbeat(Record, table=True):
    """One process, from when it began to when it last said that it lives; or the last backup."""

    __tablename__ = "heartbeats"

    name: str = Field(primary_key=True, max_length=NAME_LENGTH)
    kind: Beating = enum_column(Beating)
    began_at: datetime = timestamp(now)
    at: datetime = timestamp(now)


def beat(session: Session, kind: Beating, name: str, at: datetime) -> None:
    """It lives, or was done, at this moment."""
    name = name[:NAME_LENGTH]
    known = update(Heartbeat).where(col(Heartbeat.name) == name).values(at=at)
    if not session.connection().execute(known).rowcount:
        session.add(Heartbeat(name=name, kind=kind, began_at=at, at=at))


def heartbeats(session: Session) -> Sequence[Heartbeat]:
    """All of them, the latest first."""
    return session.exec(select(Heartbeat).order_by(col(Heartbeat.at).desc())).all()


def forget(session: Session, name: str) -> None:
    """It has ended in order: nobody need miss it."""
    session.exec(delete(Heartbeat).where(col(Heartbeat.name) == name[:NAME_LENGTH]))


def forget_before(session: Session, at: datetime) -> None:
    """Processes not heard of since then are not coming back."""
    processes = col(Heartbeat.kind) != Beating.BACKUP
    session.exec(delete(Heartbeat).where(processes, col(Heartbeat.at) < at))


def note_backup(url: str) -> None:
    """Let the overview know of a backup. It is made, whether or not this can be stored."""
    with (
        closing(Database(url)) as database,
        suppress(SQLAlchemyError),
        database.writing() as session,
    ):
        beat(session, Beating.BACKUP, "backup", now())
