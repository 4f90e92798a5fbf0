"""The day in short: what is open, what was settled, and what came in, each with a link.

As of the moment it was written for, so that a second try says the same days. It comes when nothing
is open too, and says so: silence would not tell peace from a fault. What came in is that of whole
days, so that the list behind the link has the same sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session

from app.desk.news.found import EARNEST
from app.desk.news.messages import ENVIRONMENTS, NAME, Line, Message, line_of
from app.desk.status.unproven import quiet_since
from app.protocol.time_words import day_text
from app.protocol.wire import JST
from app.protocol.words import N_, Sentence, say
from app.records.attention import number_in_attention
from app.records.case_lists import number_of_cases_in_attention
from app.records.news import Event, Phase, matters_ended, open_matters
from app.records.order_finding import midnight
from app.records.order_lists import OrderFilter
from app.records.order_sums import order_sums
from app.records.shops import Environment, shops_of

SPAN = timedelta(days=1)
"""How far a digest looks back for what was settled."""

NAMED = 20
"""Settled matters that a digest names; of the others it says how many."""

COUNTED_NOWHERE = frozenset(
    {Event.LOST, Event.JUDGING_LATE, Event.UNPROVEN_COPY, Event.BURST, Event.REFUND}
)
"""What stands open and is in no number of orders and cases: it is named."""

TITLE = N_("the day in short, %(day)s")
NOTHING_OPEN = N_("%(environment)s: no order and no case needs a person.")
OPEN_ORDERS = N_("%(environment)s, orders that need a person: %(number)s")
OPEN_CASES = N_("%(environment)s, cases that need a person: %(number)s")
CAME_IN = N_(
    "%(environment)s, paid on %(day)s: confirmed %(confirmed)s yen, "
    "reported and not yet confirmed %(reported)s yen."
)
SO_FAR = N_(
    "%(environment)s, paid today until now: confirmed %(confirmed)s yen, "
    "reported and not yet confirmed %(reported)s yen."
)
NOTHING_SETTLED = N_("Nothing was settled within 24 hours.")
MORE_SETTLED = N_("%(number)s more were settled.")


class Part(NamedTuple):
    """A line, and the same for programs where no other says it."""

    text: str | Sentence
    path: str
    data: dict[str, Any] | None


def digest(
    session: Session,
    language: str,
    base_url: str,
    key: str,
    at: datetime,
    environments: Sequence[Environment] = EARNEST,
) -> Message:
    """The digest of the day before `at`, of these environments and of the desk itself."""
    asked = (None, *environments)
    standing = [
        one
        for one in open_matters(session)
        if one.kind in COUNTED_NOWHERE and one.environment in asked
    ][:NAMED]
    lines = [line_of(language, base_url, Phase.REMINDER, one) for one in standing]
    data: list[dict[str, Any]] = [
        {"open": one.kind, "since": one.began_at.isoformat()} for one in standing
    ]
    used = _used(session, environments)
    parts = [*_open(session, used, at), *_came_in(session, language, used, at)]
    lines += [Line(say(language, part.text), base_url + part.path) for part in parts]
    data += [part.data for part in parts if part.data]
    ended = matters_ended(session, at - SPAN, at)
    settled = [one for one in ended if one.environment in asked]
    lines += [line_of(language, base_url, Phase.SETTLED, one) for one in settled[:NAMED]]
    if len(settled) > NAMED:
        more = Sentence(MORE_SETTLED, {"number": len(settled) - NAMED})
        lines.append(Line(say(language, more), base_url))
    if not settled:
        lines.append(Line(say(language, NOTHING_SETTLED), base_url))
    day = day_text(language, at.astimezone(JST).date())
    title = f"{NAME}: {say(language, Sentence(TITLE, {'day': day}))}"
    data.append({"settled": len(settled)})
    return Message(key, at, title, lines, data, "desk.digest", language, f"{base_url}/")


def _open(session: Session, used: Sequence[Environment], at: datetime) -> Iterator[Part]:
    for environment in used:
        orders = number_in_attention(session, environment, quiet_since(at))
        cases = number_of_cases_in_attention(session, environment, at)
        data = {"environment": environment, "orders_open": orders, "cases_open": cases}
        here = f"?env={environment}"
        if not orders and not cases:
            yield Part(_sentence(NOTHING_OPEN, environment), f"/{here}", data)
        if orders:
            said = _sentence(OPEN_ORDERS, environment, number=orders)
            yield Part(said, f"/orders{here}&status=attention", data)
        if cases:
            said = _sentence(OPEN_CASES, environment, number=cases)
            yield Part(said, f"/cases{here}", None if orders else data)


def _came_in(
    session: Session, language: str, used: Sequence[Environment], at: datetime
) -> Iterator[Part]:
    """What was paid yesterday, and today until now where anything was. Of production it is said too
    that nothing was; of the test environment that would be said each day."""
    today = at.astimezone(JST).date()
    for environment in used:
        for day, words in ((today - timedelta(days=1), CAME_IN), (today, SO_FAR)):
            until = min(at, midnight(day + timedelta(days=1)))
            wanted = OrderFilter(environment, paid_from=midnight(day), paid_to=until)
            sums = order_sums(session, wanted, limit=None)
            is_nothing = not (sums.confirmed_yen or sums.reported_yen)
            if is_nothing and (day == today or environment is not Environment.PRODUCTION):
                continue
            text = _sentence(
                words,
                environment,
                day=day_text(language, day),
                confirmed=f"{sums.confirmed_yen:,}",
                reported=f"{sums.reported_yen:,}",
            )
            data = {
                "environment": environment,
                "day": day.isoformat(),
                "confirmed_yen": sums.confirmed_yen,
                "reported_yen": sums.reported_yen,
            }
            path = f"/orders?env={environment}&paid-from={day}&paid-to={day}"
            yield Part(text, path, data)


def _used(session: Session, environments: Sequence[Environment]) -> list[Environment]:
    """Production and the test environment, where they are asked for and have a shop."""
    return [one for one in reversed(EARNEST) if one in environments and shops_of(session, one)]


def _sentence(words: str, environment: Environment, **values: object) -> Sentence:
    return Sentence(words, {"environment": Sentence(ENVIRONMENTS[environment]), **values})
