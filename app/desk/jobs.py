"""The jobs: all that a desk does by itself, in the web's process and in a worker's alike.

Beside each other neither asks what the other does: work is claimed row by row.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from app.desk.audit_teller import TELL_EVERY, TELL_FIRST, AuditTeller
from app.desk.batches.runner import BatchRunner
from app.desk.bursts import LOOK_EVERY as BURSTS_EVERY
from app.desk.bursts import BurstWatch
from app.desk.callbacks import CatchUp
from app.desk.callbacks.limits import CATCH_UP_EVERY
from app.desk.callbacks.queue import Load
from app.desk.context import Desk
from app.desk.gateway_calls.scheduled_lookups import LookupScheduler
from app.desk.gateway_calls.send import close_interrupted
from app.desk.news import MatterWatch, NewsSender
from app.desk.news.mail import MailServer
from app.desk.news.matters import LOOK_EVERY as NOTICE_EVERY
from app.desk.news.sending import LOOK_EVERY as SEND_EVERY
from app.desk.notifications import process_waiting
from app.desk.orders.filing import OrderFiler
from app.desk.periodic import Periodic
from app.desk.retention import RetentionJob, RetentionPolicy
from app.desk.retention.job import LOOK_EVERY as LOOK_AT_LIMITS

LOOK_EVERY, LOOK_IN_A_RUSH = 1.0, 5.0
"""Seconds between two looks at which lookups are due. A rush of callbacks slows them, and never
ends them: anybody can make one."""

READ_EVERY = 60.0
"""Seconds between two looks for notifications that a dead process, or one that failed, has left
unread. The first is at the start."""

CLOSE_EVERY = 60.0
"""Seconds between two looks for gateway calls that a dead process left waiting. A start closes what
its own machine lost; of another machine's processes only time tells."""


def jobs_of(desk: Desk, limits: RetentionPolicy, load: Load) -> Sequence[Periodic]:
    """Every job, once. `load`: what this process has to receive beside them."""
    filer = OrderFiler(desk.database)
    return [
        Periodic(
            "due lookups",
            LookupScheduler(desk).tick,
            lambda: LOOK_IN_A_RUSH if load.is_rush() else LOOK_EVERY,
        ),
        Periodic("lookups of many", BatchRunner(desk).tick, lambda: LOOK_EVERY),
        Periodic("judging callbacks left", CatchUp(desk).tick, lambda: CATCH_UP_EVERY),
        Periodic(
            "reading notifications left",
            lambda: asyncio.to_thread(process_waiting, desk),
            lambda: READ_EVERY,
        ),
        Periodic(
            "closing interrupted gateway calls",
            lambda: asyncio.to_thread(close_interrupted, desk),
            lambda: CLOSE_EVERY,
            first=CLOSE_EVERY,
        ),
        Periodic(
            "retention of callbacks and notifications",
            RetentionJob(desk, limits, load.clock, lambda: load.stored).look,
            lambda: LOOK_AT_LIMITS,
        ),
        Periodic(
            "telling of the audit log",
            AuditTeller(desk.database, desk.settings.data_dir).tick,
            lambda: TELL_EVERY,
            first=TELL_FIRST,
        ),
        Periodic(
            "noticing bursts of refusals", BurstWatch(desk.database).tick, lambda: BURSTS_EVERY
        ),
        Periodic("filing orders for the search", filer.tick, filer.pause),
        Periodic("noticing what needs a person", MatterWatch(desk).tick, lambda: NOTICE_EVERY),
        Periodic("sending news", NewsSender(desk, _mail(desk)).tick, lambda: SEND_EVERY),
    ]


def _mail(desk: Desk) -> MailServer | None:
    url, sender = desk.settings.smtp_url, desk.settings.mail_from
    return MailServer(url, sender) if url and sender else None


def start_jobs(desk: Desk, limits: RetentionPolicy, load: Load, stopping: asyncio.Event) -> None:
    """Do them as tasks of the process, until told to stop."""
    for job in jobs_of(desk, limits, load):
        desk.tasks.spawn(job.run(stopping))
