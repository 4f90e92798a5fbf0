"""What is said: a title and a line for each matter, in the language of whoever hears it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.protocol.time_words import whole_text
from app.protocol.words import N_, Sentence, say
from app.records.news import Event, Matter, Phase
from app.records.shops import Environment

EVENTS: Mapping[Event, str] = {
    Event.DOUBLE_PAYMENT: N_("Paid twice, it seems"),
    Event.CONFLICT: N_("The sources disagree"),
    Event.UNPROVEN: N_("A result proves nothing"),
    Event.UNANSWERED: N_("A call went unanswered"),
    Event.FIRST_MET: N_("An order that nobody knows"),
    Event.LOST: N_("Results could not be stored"),
    Event.CASE_REOPENED: N_("A closed case was reopened"),
    Event.CASE_OVERDUE: N_("A case is overdue"),
    Event.CASE_ASSIGNED: N_("A case is yours now"),
    Event.REFUND: N_("A refund waits for a second person"),
    Event.PAID_UNTOLD: N_("Paid, but no callback came"),
    Event.JUDGING_LATE: N_("Results are judged late"),
    Event.BURST: N_("Many refusals and failed sign-ins"),
}
"""What each event is called in the news."""

PHASES: Mapping[Phase, str] = {
    Phase.BEGAN: N_("Needs a person"),
    Phase.REMINDER: N_("Still needs a person"),
    Phase.SETTLED: N_("Settled"),
    Phase.TRIAL: N_("A trial"),
    Phase.DIGEST: N_("The day in short"),
}

ENVIRONMENTS: Mapping[Environment, str] = {
    Environment.SANDBOX: N_("Sandbox"),
    Environment.TEST: N_("Test"),
    Environment.PRODUCTION: N_("Production"),
}

PAGES: Mapping[Event, str] = {Event.BURST: "/audit", Event.JUDGING_LATE: "/callbacks"}
"""The page that says more of what is about no order and no case, where it is not the overview."""

SEVERAL = N_("%(number)s matters")
MORE = N_("and %(number)s more")
SINCE = N_("since %(time)s")
SPAN = N_("from %(time)s to %(ended)s")
TRIAL = N_("News of this desk arrive here. Nothing has happened.")

NAME = "NET CASH Desk"
"""How each message begins: in a full mailbox too it is clear who speaks."""

_NO_NUMBER = re.compile(r"[^0-9A-Za-z-]")


@dataclass(frozen=True)
class Line:
    """One matter in words, with the page that says everything."""

    text: str
    address: str


@dataclass(frozen=True)
class Message:
    """What is sent at once. `data` is the same for programs, `key` and `at` are of this sending;
    `kind` tells a program what `data` is; `is_chosen`: its reader chose to
    hear it."""

    key: str
    at: datetime
    title: str
    lines: Sequence[Line]
    data: Sequence[Mapping[str, Any]]
    kind: str = "desk.attention"
    language: str = "ja"
    home: str = ""
    is_chosen: bool = True

    def shown(self, most: int) -> Sequence[Line]:
        """At most so many lines; where there are more, the last says how many and where."""
        if len(self.lines) <= most:
            return self.lines
        kept = self.lines[: most - 1]
        rest = Sentence(MORE, {"number": len(self.lines) - len(kept)})
        return [*kept, Line(say(self.language, rest), self.home)]

    @property
    def text(self) -> str:
        """All of it as plain text. The title of a single matter is the beginning of its line."""
        lines = [f"{one.text}\n{one.address}".rstrip() for one in self.lines]
        return "\n\n".join(lines if len(lines) == 1 else [self.title, *lines])


def message(
    language: str,
    base_url: str,
    key: str,
    at: datetime,
    said: Sequence[tuple[Phase, Matter | None]],
) -> Message:
    """These matters in one message."""
    lines = [line_of(language, base_url, phase, matter) for phase, matter in said]
    title = _name(language, *said[0])
    if len(said) > 1:
        title = say(language, Sentence(SEVERAL, {"number": len(said)}))
    data = [_data(base_url, phase, matter) for phase, matter in said]
    return Message(key, at, f"{NAME}: {title}", lines, data, language=language, home=f"{base_url}/")


def line_of(language: str, base_url: str, phase: Phase, matter: Matter | None) -> Line:
    """What is said of one matter; of none, that this is a trial."""
    name = _name(language, phase, matter)
    if matter is None:
        return Line(name, base_url)
    times = {"time": whole_text(language, matter.began_at)}
    if phase is Phase.SETTLED and matter.ended_at:
        times["ended"] = whole_text(language, matter.ended_at)
    span = say(language, Sentence(SPAN if "ended" in times else SINCE, times))
    return Line(f"{name} · {span}", _address(base_url, matter))


def _name(language: str, phase: Phase, matter: Matter | None) -> str:
    """What it is about, short enough for the subject of a mail."""
    if matter is None:
        return say(language, TRIAL)
    parts = [say(language, PHASES[phase]), say(language, EVENTS[matter.kind])]
    if matter.order_key:
        parts.append(_number(matter))
    if matter.case_key:
        parts.append(matter.case_name)
    if matter.environment:
        parts.append(say(language, ENVIRONMENTS[matter.environment]))
    return " · ".join(parts)


def _data(base_url: str, phase: Phase, matter: Matter | None) -> Mapping[str, Any]:
    if matter is None:
        return {"phase": phase}
    return {
        "phase": phase,
        "kind": matter.kind,
        "environment": matter.environment,
        "OrderID": _number(matter) or None,
        "order": matter.order_key,
        "case": matter.case_name or None,
        "since": matter.began_at.isoformat(),
        "href": _address(base_url, matter),
    }


def _number(matter: Matter) -> str:
    """The OrderID; what outsiders may have put into it in its place calls nobody and marks up
    nothing."""
    return _NO_NUMBER.sub("?", matter.order_id)


def _address(base_url: str, matter: Matter) -> str:
    if matter.case_key:
        return f"{base_url}/cases/{matter.case_key}"
    if matter.order_key:
        return f"{base_url}/orders/{matter.order_key}"
    return base_url + PAGES.get(matter.kind, "/")
