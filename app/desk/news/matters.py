"""Noticing: what needs a person and was not told of yet, what still does, and what no longer does.

It is read off the one definition of what needs attention, so the news say what the overview says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.clock import now
from app.desk.context import Desk
from app.desk.status.unproven import quiet_since
from app.records.attention import Kind, kind_of, most_urgent
from app.records.database import Database
from app.records.dropped_callbacks import unseen_losses
from app.records.news import (
    Channel,
    Item,
    Matter,
    Phase,
    end_matter,
    open_channels,
    open_matters,
    tell_again,
)
from app.records.orders import Order
from app.records.shops import Environment

LOOK_EVERY = 10.0
"""Seconds between two looks."""

READ_AT_MOST = 500
"""Matters of one environment that are noticed in one look; the most urgent are."""

REMIND_AFTER = timedelta(hours=24)
"""How long a matter stays open until people are told again."""

EARNEST = (Environment.TEST, Environment.PRODUCTION)
"""The sandbox is for trying: it sends nobody anything."""

LOST = "lost"


class MatterWatch:
    """The job of a process. Beside another's neither tells what the other has told."""

    def __init__(self, desk: Desk) -> None:
        self._database = desk.database

    async def tick(self) -> None:
        """Look once."""
        await asyncio.to_thread(watch, self._database)


def watch(database: Database) -> None:
    """Write what is to be said of whatever began, still stands or has ended."""
    with database.reading() as session:
        channels = open_channels(session)
        if not channels:
            return
        known = {matter.about: matter for matter in open_matters(session)}
        found = {matter.about: matter for matter in _found(session)}
        over = [one for one in known.values() if one.about not in found and _is_over(session, one)]
    for about in found.keys() - known.keys():
        _begin(database, found[about], channels)
    for matter in over:
        _tell(database, matter, channels, Phase.SETTLED)
    stale = now() - REMIND_AFTER
    for matter in known.values():
        if matter not in over and matter.told_at <= stale:
            _tell(database, matter, channels, Phase.REMINDER)


def _found(session: Session) -> Iterator[Matter]:
    quiet = quiet_since(now())
    for environment in EARNEST:
        for order in most_urgent(session, environment, quiet, READ_AT_MOST):
            if kind := kind_of(order, quiet):
                yield _matter(order, kind)
    number, _ = unseen_losses(session)
    if number:
        yield Matter(about=LOST, kind=Kind.LOST)


def _matter(order: Order, kind: Kind) -> Matter:
    return Matter(
        about=f"{kind}:{order.id}",
        kind=kind,
        environment=order.environment,
        order_key=order.id,
        order_id=order.order_id,
    )


def _is_over(session: Session, matter: Matter) -> bool:
    """Whether it is so: one that was not among those read may only be less urgent."""
    if matter.order_key is None:
        return not unseen_losses(session)[0]
    order = session.get(Order, matter.order_key)
    return order is None or kind_of(order, quiet_since(now())) is not matter.kind


def _begin(database: Database, matter: Matter, channels: Sequence[Channel]) -> None:
    try:
        with database.writing() as session:
            session.add(matter)
            session.flush()
            _write(session, matter, channels, Phase.BEGAN)
    except IntegrityError:
        # Another process was first: it tells.
        return


def _tell(database: Database, matter: Matter, channels: Sequence[Channel], phase: Phase) -> None:
    with database.writing() as session:
        ends = phase is Phase.SETTLED
        first = (
            end_matter(session, matter.id, now()) if ends else tell_again(session, matter, now())
        )
        if first:
            _write(session, matter, channels, phase)


def _write(session: Session, matter: Matter, channels: Sequence[Channel], phase: Phase) -> None:
    session.add_all(
        Item(channel_key=channel.id, matter_key=matter.id, phase=phase) for channel in channels
    )
