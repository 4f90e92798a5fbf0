"""What the desk depends on, each with how it stands, since when, and what to do about it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlmodel import Session

from app.desk.callbacks.storage_failures import LostCallbacks
from app.desk.health.heart import MISSED_AFTER, Heart
from app.desk.status.schedule import KEEP_ASKING
from app.gateway import Outcome
from app.protocol.words import N_, Sentence, Words
from app.records.backlog import COUNTED, Backlog, any_orders, overdue_lookups, unjudged_callbacks
from app.records.exchanges import WAITING, outcomes_since
from app.records.heartbeats import Beating, Heartbeat, heartbeats
from app.records.shops import Environment
from app.records.unjudged import number_set_aside

JUDGED_WITHIN = timedelta(seconds=30)
"""How long a result may wait to be judged while any process lives."""

ASKED_WITHIN = timedelta(minutes=10)
"""How long a lookup that is due may wait to be asked."""

BACKED_UP_WITHIN = timedelta(days=7)

DISK_LOW, DISK_FULL = 512 * 1024 * 1024, 64 * 1024 * 1024
"""Free bytes below which whoever runs the desk should act, and below which it can hardly write."""

ASKED_OF_LATE = timedelta(hours=24)
LAST_CALLS, ENOUGH = 20, 3
"""Calls to a gateway that are looked at, and how many in vain are no accident."""


class Level(StrEnum):
    """How something stands."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Condition:
    """One thing the desk depends on. `name` is for machines; `about` names an environment where
    each has its own; `says` is how it stands, `advice` what to do, empty where nothing is."""

    name: str
    level: Level
    says: Words
    since: datetime | None = None
    advice: Words = ""
    about: Environment | None = None


@dataclass(frozen=True)
class Surroundings:
    """What a process knows without asking the database. `unnamed_proxy`: who speaks for others
    though no setting names it; `bare_visits`: how many came to RetURL without a result, since when.
    """

    heart: Heart
    folder: Path
    sqlite: bool
    environments: Sequence[Environment]
    unnamed_proxy: str | None = None
    bare_visits: tuple[int, datetime | None] = (0, None)


def worst(conditions: Sequence[Condition]) -> Level:
    """The level of the whole."""
    order = list(Level)
    return max((one.level for one in conditions), key=order.index, default=Level.OK)


def without_database(around: Surroundings, at: datetime) -> list[Condition]:
    """What can be said while the database does not answer."""
    return [storing(around.heart, LostCallbacks(0, None, goes_on=True), at), disk(around.folder)]


def conditions(
    session: Session, around: Surroundings, lost: LostCallbacks, at: datetime
) -> list[Condition]:
    """Everything, in the order in which it matters."""
    beats = heartbeats(session)
    return [
        storing(around.heart, lost, at),
        judging(unjudged_callbacks(session), number_set_aside(session, COUNTED), at),
        lookups(overdue_lookups(session, at - KEEP_ASKING, at), at),
        work(beats, at),
        disk(around.folder),
        backup(beats, at, needed=around.sqlite and any_orders(session)),
        *(gateway(session, one, at) for one in around.environments),
        *proxy(around.unnamed_proxy),
        *returns(*around.bare_visits),
    ]


def storing(heart: Heart, lost: LostCallbacks, at: datetime) -> Condition:
    """Whether what arrives can be kept."""
    if heart.failing_since or lost.goes_on:
        return Condition(
            "storing",
            Level.BAD,
            N_("Nothing can be stored."),
            heart.failing_since or lost.last_at or at,
            N_("Look at the database and its disk now. Customers are asked to send again."),
        )
    if lost.number:
        return Condition(
            "storing",
            Level.WARN,
            N_("Results were lost; now what arrives is stored."),
            lost.last_at,
            N_("Look up the orders that were open then, and take the loss off the list."),
        )
    return Condition("storing", Level.OK, N_("What arrives is stored."))


def judging(waiting: Backlog, set_aside: int, at: datetime) -> Condition:
    """Whether results are judged as they come. `set_aside`: how many could not be judged at all."""
    name, since = "judging", waiting.oldest_at
    if since and at - since > JUDGED_WITHIN:
        advice = N_("Look at the log: a flood of results, or an error, holds judging up.")
        return Condition(name, Level.BAD, _many(waiting, *_WAIT), since, advice)
    if set_aside:
        says = _many(Backlog(set_aside, None), *_NOT_JUDGED)
        advice = N_("Look at each: why, and judge it again; look up the order it names.")
        return Condition(name, Level.WARN, says, advice=advice)
    if since:
        return Condition(name, Level.OK, _many(waiting, *_WAIT), since)
    return Condition(name, Level.OK, N_("Every result is judged."))


_WAIT = (
    N_("%(count)s results wait to be judged."),
    N_("More than %(count)s results wait to be judged."),
)
_NOT_JUDGED = (
    N_("Results that could not be judged: %(count)s."),
    N_("Results that could not be judged: more than %(count)s."),
)


def lookups(due: Backlog, at: datetime) -> Condition:
    """Whether the gateway is asked when it should be."""
    if due.oldest_at is None or at - due.oldest_at <= ASKED_WITHIN:
        return Condition("lookups", Level.OK, N_("Lookups are asked when they are due."))
    return Condition(
        "lookups",
        Level.WARN,
        _many(due, N_("%(count)s lookups are overdue."), N_("More than %(count)s are overdue.")),
        due.oldest_at,
        N_("Look whether a worker runs and the gateway can be reached."),
    )


def work(beats: Sequence[Heartbeat], at: datetime) -> Condition:
    """Whether somebody does what the desk does by itself."""
    processes = [one for one in beats if one.kind is not Beating.BACKUP]
    alive = [one for one in processes if at - one.at <= MISSED_AFTER]
    missed = [one for one in processes if one not in alive]
    if missed:
        return Condition(
            "work",
            Level.WARN if alive else Level.BAD,
            Sentence(N_("Not heard of any more: %(name)s."), {"name": missed[0].name}),
            missed[0].at,
            N_("Start it again, or look why it hangs. It is forgotten after a day."),
        )
    says = Sentence(N_("Processes at work: %(count)s."), {"count": len(alive)})
    return Condition("work", Level.OK, says)


def disk(folder: Path) -> Condition:
    """Whether there is room to write."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        free = 0
    level = Level.BAD if free < DISK_FULL else Level.WARN if free < DISK_LOW else Level.OK
    return Condition(
        "disk",
        level,
        Sentence(N_("Free on the disk: %(size)s MB."), {"size": free // 1_000_000}),
        advice="" if level is Level.OK else N_("Make room on the disk of DATA_DIR."),
    )


def backup(beats: Sequence[Heartbeat], at: datetime, *, needed: bool) -> Condition:
    """When the database was last copied, as far as this program did it. `needed`: there is
    something to lose, and no other program is known to copy it."""
    last = next((one for one in beats if one.kind is Beating.BACKUP), None)
    if last is None:
        says = N_("No backup by this program is known.")
        return Condition("backup", Level.WARN if needed else Level.OK, says, advice=_BACK_UP)
    old = at - last.at > BACKED_UP_WITHIN
    says = N_("The last backup is old.") if old else N_("There is a recent backup.")
    level = Level.WARN if old else Level.OK
    return Condition("backup", level, says, last.at, _BACK_UP if old else "")


_BACK_UP = N_("Run python -m app backup FILE every night, and keep SECRET_KEY beside it.")


def gateway(session: Session, environment: Environment, at: datetime) -> Condition:
    """Whether the gateway of an environment answers."""
    calls = outcomes_since(session, environment, at - ASKED_OF_LATE, LAST_CALLS)
    asked = [call for call in calls if call[0] != WAITING]
    answered = next((call for call in asked if call[0] in _ANSWERS), None)
    failed = asked.index(answered) if answered else len(asked)
    if not asked:
        says = N_("The gateway was not asked in the last 24 hours.")
        return Condition("gateway", Level.OK, says, about=environment)
    if not failed:
        says = N_("The gateway answers.")
        return Condition("gateway", Level.OK, says, asked[0][2], about=environment)
    says = N_("Calls without a usable answer, one after another: %(count)s.")
    return Condition(
        "gateway",
        Level.BAD if failed >= ENOUGH else Level.WARN,
        Sentence(says, {"count": failed}),
        answered[2] if answered else None,
        N_("Look at the exchanges; if it lasts, ask the gateway's support."),
        about=environment,
    )


_ANSWERS = (Outcome.ANSWERED, Outcome.PROTOCOL_ERROR)


def proxy(unnamed: str | None) -> Iterator[Condition]:
    """Whether everybody counts as one address."""
    if unnamed:
        yield Condition(
            "proxy",
            Level.WARN,
            Sentence(
                N_("%(address)s passes on requests of others and is not trusted to say whose."),
                {"address": unnamed},
            ),
            advice=N_("If it is your proxy, name it in TRUSTED_PROXIES."),
        )


def returns(number: int, since: datetime | None) -> Iterator[Condition]:
    """Whether results are lost on the way to RetURL. One visitor alone may be anybody."""
    if number >= ENOUGH:
        yield Condition(
            "returns",
            Level.WARN,
            Sentence(
                N_("%(count)s visitors came to RetURL without a result in a day."),
                {"count": number},
            ),
            since,
            N_(
                "A redirect before RetURL turns results into visits without one: let RetURL be the "
                "very address that answers (https, host, no redirect)."
            ),
        )


def _many(backlog: Backlog, some: str, more: str) -> Words:
    message = more if backlog.number >= COUNTED else some
    return Sentence(message, {"count": backlog.number})
