"""What is said: a title and a line for each matter, in the language of whoever hears it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.desk.news.event_words import ADVICE, EVENTS, LATER
from app.protocol.time_words import clock_text, whole_text
from app.protocol.wire import JST
from app.protocol.words import N_, Sentence, say
from app.records.news import Event, Matter, Phase
from app.records.shops import Environment

ENVIRONMENTS: Mapping[Environment, str] = {
    Environment.SANDBOX: N_("Sandbox"),
    Environment.TEST: N_("Test"),
    Environment.PRODUCTION: N_("Production"),
}

PAGES: Mapping[Event, str] = {
    Event.BURST: "/audit",
    Event.JUDGING_LATE: "/callbacks",
    Event.UNPROVEN_COPY: "/#unproven-copies",
}
"""The page that says more of what is about no order and no case, where it is not the overview."""

SEVERAL_OPEN = N_("Needing a person: %(number)s")
SEVERAL_SETTLED = N_("settled: %(number)s")
MORE = N_("and %(number)s more")
SINCE = N_("since %(time)s")
SPAN = N_("from %(time)s to %(ended)s")
TRIAL = N_("This is only a trial: news of this desk arrive here.")

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
    `kind` tells a program what `data` is; `is_chosen`: its reader chose to hear it; `note`: what to
    do, of a message about one matter; `checkpoint`: of the audit log, which leaves with it."""

    key: str
    at: datetime
    title: str
    lines: Sequence[Line]
    data: Sequence[Mapping[str, Any]]
    kind: str = "desk.attention"
    language: str = "ja"
    home: str = ""
    is_chosen: bool = True
    note: str = ""
    checkpoint: str = ""

    def shown(self, most: int) -> Sequence[Line]:
        """At most so many lines; where there are more, the last says how many and where."""
        if len(self.lines) <= most:
            return self.lines
        kept = self.lines[: most - 1]
        rest = Sentence(MORE, {"number": len(self.lines) - len(kept)})
        return [*kept, Line(say(self.language, rest), self.home)]

    @property
    def heading(self) -> str:
        """What stands above the lines: a single one says itself what it is about."""
        return self.title if len(self.lines) > 1 else NAME

    @property
    def text(self) -> str:
        """All of it as plain text."""
        if len(self.lines) == 1:
            (line,) = self.lines
            return "\n\n".join(filter(None, (line.text, self.note, line.address)))
        lines = [f"{one.text}\n{one.address}".rstrip() for one in self.lines]
        return "\n\n".join([self.title, *lines])


def message(
    language: str,
    base_url: str,
    key: str,
    at: datetime,
    said: Sequence[tuple[Phase, Matter | None]],
) -> Message:
    """These matters in one message. What to do about it stands beside a single one."""
    lines = [line_of(language, base_url, phase, matter) for phase, matter in said]
    data = [_data(base_url, phase, matter) for phase, matter in said]
    title, note = f"{NAME}: {_title(language, said)}", _note(language, said)
    home = f"{base_url}/"
    return Message(key, at, title, lines, data, language=language, home=home, note=note)


def _title(language: str, said: Sequence[tuple[Phase, Matter | None]]) -> str:
    if len(said) == 1:
        return _name(language, *said[0])
    settled = sum(phase is Phase.SETTLED for phase, _ in said)
    numbers = {SEVERAL_OPEN: len(said) - settled, SEVERAL_SETTLED: settled}
    parts = [Sentence(words, {"number": number}) for words, number in numbers.items() if number]
    return " · ".join(say(language, part) for part in parts)


def _note(language: str, said: Sequence[tuple[Phase, Matter | None]]) -> str:
    (phase, matter), *others = said
    if others or matter is None or phase is Phase.SETTLED:
        return ""
    return say(language, ADVICE[matter.kind])


def line_of(language: str, base_url: str, phase: Phase, matter: Matter | None) -> Line:
    """What is said of one matter; of none, that this is a trial."""
    name = _name(language, phase, matter)
    if matter is None:
        return Line(name, base_url)
    times = {"time": whole_text(language, matter.began_at)}
    if phase is Phase.SETTLED and matter.ended_at:
        began, ended = (one.astimezone(JST).date() for one in (matter.began_at, matter.ended_at))
        is_same_day = began == ended
        times["ended"] = (
            clock_text(matter.ended_at) if is_same_day else whole_text(language, matter.ended_at)
        )
    span = say(language, Sentence(SPAN if "ended" in times else SINCE, times))
    return Line(f"{name} · {span}", _address(base_url, matter))


def _name(language: str, phase: Phase, matter: Matter | None) -> str:
    """What it is about, short enough for the subject of a mail."""
    if matter is None:
        return say(language, TRIAL)
    parts = [say(language, EVENTS[matter.kind])]
    if matter.order_key:
        parts.append(_number(matter))
    if matter.case_key:
        parts.append(matter.case_name)
    if matter.environment:
        parts.append(say(language, ENVIRONMENTS[matter.environment]))
    name = " · ".join(parts)
    return say(language, Sentence(LATER[phase], {"matter": name})) if phase in LATER else name


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
