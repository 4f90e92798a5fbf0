"""What a person wants to hear in a channel, and when: chosen in one form."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.clock import now
from app.desk.audit import record_action
from app.desk.context import Actor
from app.desk.news.found import EARNEST
from app.desk.news.hours import digest_day
from app.desk.validation_errors import ValidationErrors, collect
from app.protocol.words import LANGUAGES, N_
from app.records.database import Database
from app.records.news import Event, channel_of

HOURS = range(24)

NO_HOUR = N_("Choose an hour of the day.")
NO_ENVIRONMENT = N_("Choose at least one environment.")
BOTH_HOURS = N_("Quiet hours need a beginning and an end.")


class ChoicesRefused(ValidationErrors):
    """These choices cannot be kept."""


@dataclass(frozen=True)
class Choices:
    """The form as it was sent: hours as texts, empty for none."""

    events: Collection[str]
    environments: Collection[str] = EARNEST
    quiet_from: str = ""
    quiet_to: str = ""
    urgent_breaks_in: bool = True
    digest_hour: str = ""
    language: str = "ja"


def choose(database: Database, actor: Actor, key: str, choices: Choices) -> bool:
    """Keep them; False where this person has no such channel. Raises ChoicesRefused."""
    hours = (choices.quiet_from, choices.quiet_to, choices.digest_hour)
    one_sided = bool(choices.quiet_from) != bool(choices.quiet_to)
    problems = collect(
        environment=None if any(one in choices.environments for one in EARNEST) else NO_ENVIRONMENT,
        quiet_from=_problem(choices.quiet_from),
        quiet_to=BOTH_HOURS if one_sided else _problem(choices.quiet_to),
        digest_hour=_problem(choices.digest_hour),
    )
    if problems:
        raise ChoicesRefused(problems)
    begins, ends, digest_at = (int(one) if one else None for one in hours)
    with database.writing() as session:
        channel = channel_of(session, actor.user_key, key)
        if channel is None or channel.ended_at is not None:
            return False
        unwanted = (one for one in Event if one not in choices.events)
        elsewhere = (one for one in EARNEST if one not in choices.environments)
        channel.muted = ",".join((*unwanted, *elsewhere))
        channel.quiet_from, channel.quiet_to = begins, ends
        channel.urgent_breaks_in = choices.urgent_breaks_in
        if choices.language in LANGUAGES:
            channel.language = choices.language
        if channel.digest_hour != digest_at:
            channel.digest_hour = digest_at
            # One whose hour is over today comes tomorrow for the first time.
            channel.digest_day = digest_day(channel, now()) or channel.digest_day
        record_action(session, actor, "news-channel-chosen", subject=channel.name)
        return True


def _problem(hour: str) -> str | None:
    is_hour = hour.isascii() and hour.isdigit() and len(hour) <= 2 and int(hour) in HOURS
    return None if not hour or is_hour else NO_HOUR
