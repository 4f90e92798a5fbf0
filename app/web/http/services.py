"""What works for the whole process and not for one request: made once, when it starts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request

from app.desk.accounts.password_queue import PasswordQueue
from app.desk.callbacks import CallbackIntake
from app.desk.callbacks.storage_failures import StorageFailures
from app.desk.context import Desk
from app.desk.hand_on import HandOns
from app.desk.health.conditions import Surroundings
from app.desk.health.heart import Heart
from app.desk.health.readiness import Readiness
from app.desk.live.feed import Feed
from app.desk.live.sign_in_watch import SignInWatch
from app.desk.notifications import NotificationIntake
from app.desk.orders.gateway_hours import GatewayHours
from app.desk.retention import RetentionPolicy
from app.records.heartbeats import Beating
from app.web.http.environments import offered
from app.web.http.token_rates import TokenRates


@dataclass(frozen=True)
class Services:
    """One of each for a process: the live feed, what receives, what could not be stored, the
    queue before the passwords, who may still follow, how the desk itself stands, how often tokens
    may ask, what hands results on, how long what anybody sends is kept, and what the gateway's
    hours came to."""

    feed: Feed
    callbacks: CallbackIntake
    notifications: NotificationIntake
    storage_failures: StorageFailures
    passwords: PasswordQueue
    sign_ins: SignInWatch
    heart: Heart
    readiness: Readiness
    surroundings: Surroundings
    metrics_token: str | None
    token_rates: TokenRates
    hand_ons: HandOns
    retention: RetentionPolicy
    gateway_hours: GatewayHours


def make_services(
    desk: Desk,
    policy: RetentionPolicy,
    stopping: asyncio.Event,
    folder: Path,
    metrics_token: str | None,
) -> Services:
    """The services of a process, not yet doing anything. `stopping` is set when it ends; `folder`
    is where it writes files."""
    feed = Feed(desk, stopping)
    callbacks = CallbackIntake(desk, feed.announce)
    storage_failures = StorageFailures(desk, callbacks, stopping)
    heart = Heart(desk, Beating.WEB)
    return Services(
        feed=feed,
        callbacks=callbacks,
        notifications=NotificationIntake(desk, policy, feed.wake),
        storage_failures=storage_failures,
        passwords=PasswordQueue(),
        sign_ins=SignInWatch(desk, stopping, feed.wake_followers),
        heart=heart,
        readiness=Readiness(desk, heart),
        surroundings=Surroundings(
            heart, folder, desk.database.is_sqlite, offered(sandbox_on=desk.settings.sandbox_on)
        ),
        metrics_token=metrics_token,
        token_rates=TokenRates(),
        hand_ons=HandOns(desk, callbacks, storage_failures),
        retention=policy,
        gateway_hours=GatewayHours(),
    )


def services_of(request: Request) -> Services:
    """The services of this process."""
    services: Services = request.app.state.services
    return services
