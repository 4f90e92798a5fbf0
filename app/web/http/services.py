"""What works for the whole process and not for one request: made once, when it starts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.requests import Request

from app.desk.accounts.password_queue import PasswordQueue
from app.desk.callbacks import CallbackIntake
from app.desk.callbacks.storage_failures import StorageFailures
from app.desk.context import Desk
from app.desk.live.feed import Feed
from app.desk.live.sign_in_watch import SignInWatch
from app.desk.notifications import NotificationIntake
from app.desk.retention import RetentionPolicy


@dataclass(frozen=True)
class Services:
    """One of each for a process: the live feed, what receives, what could not be stored, the
    queue before the passwords, and who may still follow."""

    feed: Feed
    callbacks: CallbackIntake
    notifications: NotificationIntake
    storage_failures: StorageFailures
    passwords: PasswordQueue
    sign_ins: SignInWatch


def make_services(desk: Desk, policy: RetentionPolicy, stopping: asyncio.Event) -> Services:
    """The services of a process, not yet doing anything. `stopping` is set when it ends."""
    feed = Feed(desk, stopping)
    callbacks = CallbackIntake(desk, feed.announce)
    return Services(
        feed=feed,
        callbacks=callbacks,
        notifications=NotificationIntake(desk, policy, feed.wake),
        storage_failures=StorageFailures(desk, callbacks, stopping),
        passwords=PasswordQueue(),
        sign_ins=SignInWatch(desk, stopping, feed.wake_followers),
    )


def services_of(request: Request) -> Services:
    """The services of this process."""
    services: Services = request.app.state.services
    return services
