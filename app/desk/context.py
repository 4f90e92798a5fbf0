"""The desk: what every action of an operator needs at hand."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from app.gateway import Gateway
from app.records.accounts import Role
from app.records.database import UNREACHABLE, Database
from app.records.group_writer import GroupWriter
from app.records.shops import OurShops, Shop

T = TypeVar("T")
log = logging.getLogger(__name__)


class NoGateway(Exception):
    """The shop has no gateway address: it is the built-in sandbox's and the sandbox is off."""


@dataclass(frozen=True)
class SignInTerms:
    """How long a sign-in lasts at most, and how long while nobody does anything with it."""

    lifetime: timedelta = timedelta(hours=12)
    idle: timedelta = timedelta(minutes=30)


USUAL_TERMS = SignInTerms()


@dataclass(frozen=True)
class DeskSettings:
    """What the settings say. `gateway_timeout` is in seconds.

    `data_dir` is the folder in which the process may keep notes, None where it has none.
    `smtp_url` is where mail leaves, from `mail_from`; None: no mail does.
    `sandbox_url` is where this machine reaches the built-in sandbox, None while it is off;
    `asks_sandbox`: by itself, as the process that serves it does and a worker beside it does not.
    `gateway_settle` is the time after which an unanswered call can no longer be at work.
    """

    base_url: str
    sandbox_url: str | None
    gateway_timeout: float
    gateway_settle: timedelta
    data_dir: Path | None = None
    smtp_url: str | None = None
    mail_from: str | None = None
    asks_sandbox: bool = True
    sign_ins: SignInTerms = USUAL_TERMS

    @property
    def sandbox_on(self) -> bool:
        """Whether the built-in sandbox is served."""
        return self.sandbox_url is not None

    @property
    def our_shops(self) -> OurShops:
        """The shops that count."""
        return OurShops(sandbox_on=self.sandbox_on)


@dataclass(frozen=True)
class Actor:
    """Who does it, and from where. `factor_at`: when they last gave their second factor."""

    user_key: str
    email: str
    role: Role
    remote_address: str
    factor_at: datetime | None = None


class BackgroundTasks:
    """Tasks of the process: a gateway call outlives the request that asked for it."""

    def __init__(self) -> None:
        self.closing = False
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run this to its end, whatever becomes of the caller."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def spawn_for_all(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """The same for what serves everybody: its lines of the log name no request."""
        return Context().run(self.spawn, coroutine)

    async def wait_briefly(self, task: asyncio.Task[Any], seconds: float = 1.5) -> bool:
        """Wait a moment for a task; whether it has finished. The task itself goes on."""
        done, _ = await asyncio.wait({task}, timeout=seconds)
        return bool(done)

    async def close(self, grace: float = 1.5) -> None:
        """Give what is under way `grace` seconds, then cancel it and wait for it to tidy up."""
        self.closing = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        left = list(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            kind, outside = type(error).__name__, isinstance(error, UNREACHABLE)
            log.error("a task failed (%s)", kind, exc_info=None if outside else error)


@dataclass
class Desk:
    """What an action works with: the tables, the writer, the gateway, the tasks under way."""

    database: Database
    writer: GroupWriter
    gateway: Gateway
    tasks: BackgroundTasks
    settings: DeskSettings

    def gateway_base(self, shop: Shop) -> str:
        """The address before `/payment/…` of a shop's gateway. Raises NoGateway."""
        base = shop.gateway_url or self.settings.sandbox_url
        if base is None:
            raise NoGateway(shop.shop_id)
        return base.rstrip("/")
