"""Asking: group by group, each line claimed and written down before it is sent.

A turn (`turns`) is one short transaction: what has been answered is taken in, the next lines are
claimed together with their exchanges, and only then are they sent. So a process that dies has asked
nothing twice: what it left under way is closed as every unanswered call is, and its row says that
the answer is unknown.

Sending does not wait for turns: of a gateway that answers fast a few more calls are written down
than may be under way, as many as leave within a moment. What is not to be sent after all is given
back.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection
from functools import partial
from time import monotonic
from typing import NamedTuple, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app.desk.batches.intents import Intent
from app.desk.batches.turns import NOTHING_BROUGHT, Brought, Heard, Turn, settle_up, take_turn
from app.desk.context import Desk
from app.desk.gateway_calls.scheduled_lookups import AT_ONCE
from app.desk.gateway_calls.send import RETRIES, ask, store
from app.desk.status.call_results import CallResult, result_of
from app.gateway import INTERRUPTED, Reply
from app.protocol.messages import Call, ErrorAnswer
from app.records.shops import Environment

AHEAD_AT_MOST = 32
"""Calls that are written down, under way or not: of so many at most a process that is killed does
not know what became of them."""

SOON = 0.25
"""Seconds within which what is written down should leave: what waits longer was too much."""

GATHERED = 0.1
"""Seconds that an answer waits for others at most, while there are calls to send."""

TOO_LONG = 2.0
"""Seconds after which what could not be sent is given back: the gateway does not answer."""

_HOLD_BACK = frozenset({CallResult.LATER, CallResult.NOT_SENT, CallResult.SETTINGS})
"""Results after which nothing more is sent before a turn has looked at them."""

log = logging.getLogger(__name__)

T = TypeVar("T")


class _Ready(NamedTuple):
    """A call that may be sent, and since when."""

    intent: Intent
    since: float


class Asking:
    """All that is asked of one environment, until there is no more."""

    def __init__(self, desk: Desk, environment: Environment) -> None:
        self._desk, self._environment = desk, environment
        self._ready: deque[_Ready] = deque()
        self._under_way: dict[asyncio.Task[Reply], Intent] = {}
        self._heard: list[Heard] = []
        self._heard_at = 0.0  # when the first of them came
        self._unsent: list[Intent] = []
        self._turn: asyncio.Task[Turn] | None = None
        self._brought = NOTHING_BROUGHT  # to the turn that is under way
        self._at_once, self._ahead = AT_ONCE, AT_ONCE
        self._ran_dry, self._more = False, True

    async def run(self) -> None:
        """Turn after turn, while anything is asked or can be."""
        try:
            while not self._desk.tasks.closing:
                self._send()
                if self._turn is None and self._wants_turn():
                    self._begin_turn()
                if self._turn is None and not self._under_way:
                    return
                self._hear(await self._something())
        finally:
            await self._wind_up()

    def _send(self) -> None:
        """Send what may be sent now."""
        if self._ready and monotonic() - self._ready[0].since > TOO_LONG:
            self._hold_back()
        while self._ready and len(self._under_way) < self._at_once:
            intent, since = self._ready.popleft()
            if monotonic() - since > SOON:
                self._ahead = max(AT_ONCE, self._ahead // 2)
            self._under_way[self._desk.tasks.spawn(self._ask(intent))] = intent
        self._ran_dry = self._ran_dry or len(self._under_way) < self._at_once

    async def _ask(self, intent: Intent) -> Reply:
        try:
            return await ask(self._desk, intent.exchange)
        except asyncio.CancelledError:
            return INTERRUPTED

    def _hold_back(self) -> None:
        self._unsent += [one.intent for one in self._ready]
        self._ready.clear()
        self._ahead = AT_ONCE

    def _wants_turn(self) -> bool:
        if self._unsent or self._more:
            return True
        few = len(self._ready) <= (self._ahead - AT_ONCE) // 2
        return bool(self._heard) and (few or self._gathered_in() <= 0)

    def _gathered_in(self) -> float:
        return self._heard_at + GATHERED - monotonic()

    def _begin_turn(self) -> None:
        asking = len(self._ready) + len(self._under_way)
        self._brought = Brought(self._heard, self._unsent, asking, self._ahead)
        self._heard, self._unsent = [], []
        # Not one of the desk's tasks: whoever ends them must know what was committed.
        self._turn = asyncio.create_task(self._take_turn(self._brought))

    async def _take_turn(self, brought: Brought) -> Turn:
        try:
            return await self._written(self._turn_with(brought))
        except SQLAlchemyError:
            raise
        except Exception as error:
            if not brought.heard:
                raise
            log.exception("answers could not be taken in together", exc_info=error)
        await self._store(brought.heard)
        return await self._written(self._turn_with(brought._replace(heard=())))

    def _turn_with(self, brought: Brought) -> Callable[[Session], Turn]:
        return partial(take_turn, self._desk, self._environment, brought=brought)

    async def _written(self, work: Callable[[Session], T]) -> T:
        """What the work gives, in a transaction of its own. A database that is away is waited for
        a while, unless the desk is closing."""
        pauses = [*RETRIES]
        while True:
            try:
                return await self._desk.writer.write(work)
            except SQLAlchemyError:
                if self._desk.tasks.closing or not pauses:
                    raise
                await asyncio.sleep(pauses.pop(0))

    async def _store(self, heard: Collection[Heard]) -> None:
        """Commit what was heard one by one: nothing but the odd one is left out."""
        for intent, reply in heard:
            try:
                await store(self._desk, intent.exchange, reply)
            except Exception as error:
                log.exception("an answer could not be taken in", exc_info=error)

    async def _something(self) -> Collection[asyncio.Task[Reply] | asyncio.Task[Turn]]:
        """Wait until anything has happened; what has ended."""
        until = [self._ready[0].since + TOO_LONG - monotonic()] if self._ready else []
        if self._heard and self._turn is None:
            until.append(self._gathered_in())
        waiting = {*self._under_way, *((self._turn,) if self._turn else ())}
        done, _ = await asyncio.wait(
            waiting,
            timeout=max(0, min(until)) if until else None,
            return_when=asyncio.FIRST_COMPLETED,
        )
        return done

    def _hear(self, ended: Collection[asyncio.Task[Reply] | asyncio.Task[Turn]]) -> None:
        for task in [one for one in self._under_way if one in ended]:
            self._hear_reply(task)
        if self._turn is not None and self._turn in ended:
            self._hear_turn(self._turn)

    def _hear_reply(self, task: asyncio.Task[Reply]) -> None:
        intent = self._under_way.pop(task)
        if task.cancelled():
            self._unsent.append(intent)  # it had not begun
            return
        reply = task.result()
        if not self._heard:
            self._heard_at = monotonic()
        self._heard.append((intent, reply))
        codes = reply.answer.errors if isinstance(reply.answer, ErrorAnswer) else ()
        if result_of(Call.SEARCH, reply.outcome, codes) in _HOLD_BACK:
            self._hold_back()

    def _hear_turn(self, task: asyncio.Task[Turn]) -> None:
        # One that failed is over all the same, and what it was brought is still in hand.
        self._turn = None
        turn = task.result()
        self._brought = NOTHING_BROUGHT
        self._ready += [_Ready(intent, monotonic()) for intent in turn.intents]
        self._at_once = turn.at_once
        self._more = turn.more and not turn.intents
        if self._ran_dry and turn.intents:
            self._ahead = min(AHEAD_AT_MOST, self._ahead * 2)
        self._ran_dry = False

    async def _wind_up(self) -> None:
        """Let what is under way come to its end, write down what came of it, and give back what has
        not been sent; also where a turn has failed for good, or fails meanwhile."""
        while waiting := {*self._under_way, *((self._turn,) if self._turn else ())}:
            try:
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            except asyncio.CancelledError:
                continue  # what is under way was told so too, and ends at once
            try:
                self._hear(done)
            except Exception as error:
                log.exception("a last turn failed", exc_info=error)
        self._hold_back()
        heard, unsent = self._brought.heard, self._brought.unsent
        left = Brought([*heard, *self._heard], [*unsent, *self._unsent])
        if left.heard or left.unsent:
            await self._written(partial(settle_up, self._desk, left))
