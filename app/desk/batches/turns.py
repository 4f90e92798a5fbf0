"""Turns: one short transaction that takes in what was answered and claims what is asked next.

Who takes a turn is alone at it: the batches are locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel import Session

from app.clock import now
from app.desk.batches.answers import Ended, ended_elsewhere, give_back, take_in
from app.desk.batches.intents import Intent, claim
from app.desk.context import Desk
from app.desk.gateway_calls.complete_many import Answered, complete_all
from app.desk.gateway_calls.scheduled_lookups import AT_ONCE
from app.desk.status.schedule import KEEP_ASKING
from app.gateway import Reply
from app.protocol.messages import SearchAnswer
from app.records.batch_items import has_open_items, lookups_under_way, of_batches_under_way
from app.records.batches import Batch, BatchState, running_batches
from app.records.due import due_orders
from app.records.exchanges import Exchange
from app.records.shops import Environment

Heard = tuple[Intent, Reply]
"""A line that was asked about, and what came of it."""


class Brought(NamedTuple):
    """What whoever takes a turn brings: what it has heard, and what it has held back and never
    sent. `asking`: how many calls it has under way or is about to send; `ahead`: how many it wants
    to have."""

    heard: Sequence[Heard] = ()
    unsent: Sequence[Intent] = ()
    asking: int = 0
    ahead: int = AT_ONCE


class Turn(NamedTuple):
    """What came of a turn: what is to be sent, how many of its calls may be under way at once, and
    whether another turn may bring more."""

    intents: Sequence[Intent] = ()
    at_once: int = AT_ONCE
    more: bool = False

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """What is to be sent."""
        return [intent.exchange for intent in self.intents]


NOTHING_BROUGHT = Brought()


def take_turn(
    desk: Desk, environment: Environment, session: Session, brought: Brought = NOTHING_BROUGHT
) -> Turn:
    """Take in what has been answered, and write down the next calls, as many as there is a place
    for."""
    running = running_batches(session, environment)
    batches = {batch.id: batch for batch in running}
    _settle(desk, session, brought, batches)
    if not brought.heard:
        # Nobody left any where answers come: it is looked for first, and last.
        take_in(session, batches, ended_elsewhere(session, environment))
    ready = [batch for batch in running if _may_ask(batch)]
    places = _places(session, environment, brought) if ready else _Places(1, 0)
    claimed = claim(session, desk, ready, places.free)
    full = ready if not places.free else ()
    asked = {intent.item.batch_key for intent in claimed.intents}
    for batch in running:
        if batch not in full and batch.id not in asked and _is_over(session, batch):
            batch.state, batch.ended_at, batch.at = BatchState.DONE, now(), now()
    return Turn(claimed.intents, places.at_once, claimed.more)


def settle_up(desk: Desk, brought: Brought, session: Session) -> None:
    """Write down what is brought, and claim nothing."""
    _settle(desk, session, brought, {})


def _settle(desk: Desk, session: Session, brought: Brought, batches: dict[str, Batch]) -> None:
    answered = [Answered(intent.exchange, reply) for intent, reply in brought.heard]
    done = complete_all(session, answered, desk.settings.gateway_settle)
    ended = [
        Ended(intent.item, done[intent.exchange.id], _found(reply))
        for intent, reply in brought.heard
    ]
    take_in(session, batches, ended)
    give_back(session, batches, brought.unsent)


def _found(reply: Reply) -> SearchAnswer | None:
    return reply.answer if isinstance(reply.answer, SearchAnswer) else None


def _may_ask(batch: Batch) -> bool:
    rested = batch.rest_until is None or batch.rest_until <= now()
    return batch.state is BatchState.RUNNING and rested


def _is_over(session: Session, batch: Batch) -> bool:
    return batch.state is BatchState.RUNNING and not has_open_items(session, batch.id)


class _Places(NamedTuple):
    """How many calls may be under way at once, and how many more may be written down."""

    at_once: int
    free: int


def _places(session: Session, environment: Environment, brought: Brought) -> _Places:
    """What the desk has to ask by itself goes first; but one call of a batch is let through beside
    it, or a rush would end it. Who asks fast writes a few down ahead, where nobody else asks."""
    others = lookups_under_way(session, environment) - brought.asking
    due = due_orders(session, environment, now(), KEEP_ASKING, limit=AT_ONCE)
    free = AT_ONCE - others - len(due)
    if free > 0:
        wanted = brought.ahead if free == AT_ONCE else free
        return _Places(free, max(0, wanted - brought.asking))
    alone = others < AT_ONCE and not of_batches_under_way(session, environment)
    return _Places(1, int(alone))
