"""Every filter and test of the templates, made for one language.

Whoever writes a template asks here for the words of a value; the tables are beside this file.
A callable that a filter is made from takes the value first.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import partial
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from app.desk.accounts.notices import NOTICES
from app.desk.actions.disputes import Dispute
from app.protocol.checkstring import MALFORMED, SIGNED
from app.protocol.error_catalogue import fault
from app.protocol.messages import Call
from app.protocol.pasted import words as pasted
from app.protocol.time_words import clock_text, day_text
from app.protocol.words import Words, say
from app.records.callbacks import Callback
from app.records.orders import UNKNOWN
from app.web.presentation import (
    audit,
    batches,
    callbacks,
    cases,
    formats,
    labels,
    marks,
    outcomes,
    parameters,
    people,
    tour,
)
from app.web.presentation.conflicts import believing, conflict_words, keeping
from app.web.presentation.marks import Mark, Marks

Filters = dict[str, Callable[..., Any]]


def filters(language: str) -> Filters:
    """The filters of one language, by name."""
    made: Filters = {
        "say": partial(say, language),
        **_formats(language),
        **_of_enums(language),
        **_marks(language),
        **_of_exchanges(language),
        **_of_callbacks(language),
        **_of_conflicts(language),
    }
    return {name: _at_each_rendering(one) for name, one in made.items()}


def _at_each_rendering(wanted: Callable[..., Any]) -> Callable[..., Any]:
    """Jinja works out a filter of a constant while it compiles, unless it asks for the context.

    The compiled template is kept on the disk: for every language, and past a change of the words.
    """

    @pass_context
    def live(_: Context, *arguments: Any) -> Any:
        return wanted(*arguments)

    return live


TESTS: Mapping[str, Callable[[str], bool]] = {"signed": SIGNED.__contains__}
"""`name is signed`: whether the CheckString covers a parameter."""


def _formats(language: str) -> Filters:
    return {
        "yen": formats.yen,
        "figure": formats.figure,
        "jst": partial(formats.jst, language),
        "clock": partial(formats.clock, language),
        "short": partial(formats.short, language),
        "day": partial(day_text, language),
        "ago": partial(formats.ago, language),
        "clock_text": clock_text,
        "as_text": formats.as_text,
        "hex_lines": formats.safe_hex_lines,
    }


def _of_enums(language: str) -> Filters:
    """`label`: what an enum's value is called. `labelled`: each value with its label, as choices.
    `why`: the sentence that follows.
    """

    def label(value: StrEnum) -> str:
        return say(language, labels.LABELS[type(value)][value])

    def why(value: StrEnum) -> str:
        return say(language, labels.WHYS[type(value)][value])

    def basis(source: Any, status: str | None) -> str:
        return say(language, labels.basis(source, status))

    def source(value: Any) -> str:
        return say(language, labels.SOURCES[value])

    def audited(action: str) -> str:
        return say(language, audit.audited(action))

    def doer(email: str) -> str:
        return say(language, audit.doer(email))

    def detail_words(details: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        known = audit.detail_words(details)
        return [(say(language, name), say(language, value), place) for name, value, place in known]

    def labelled(values: Iterable[StrEnum]) -> list[tuple[StrEnum, str]]:
        return [(value, label(value)) for value in values]

    return {
        "label": label,
        "labelled": labelled,
        "why": why,
        "basis": basis,
        "source": source,
        "audited": audited,
        "doer": doer,
        "detail_words": detail_words,
        "device": people.device,
        "account_notice": lambda what: say(language, NOTICES[what]),
    }


def _marks(language: str) -> Filters:
    """`…_mark`: a value's badge, with `label`, `icon`, `tone` and `meaning`.

    `effect_mark` is a change's, `held_mark` an order's: what we hold of it.
    """

    def said(table: Marks) -> Marks:
        return {value: mark.said(language) for value, mark in table.items()}

    statuses, verdicts = said(marks.STATUSES), said(marks.VERDICTS)
    not_judged = marks.NOT_JUDGED.said(language)
    return {
        "status_mark": lambda value: statuses[value or UNKNOWN],
        "verdict_mark": lambda value: verdicts[value] if value else not_judged,
        "tag_mark": partial(_mark_or_itself, said(marks.TAGS)),
        "outcome_mark": partial(_mark_or_itself, said(marks.OUTCOMES)),
        "money_mark": said(marks.MONEY).__getitem__,
        "environment_mark": said(marks.ENVIRONMENTS).__getitem__,
        "alert_mark": said(marks.ALERTS).__getitem__,
        "effect_mark": lambda change: marks.effect_mark(change).said(language),
        "held_mark": lambda order: marks.held_mark(order).said(language),
        "attention_mark": said(marks.ATTENTION).__getitem__,
        "action_mark": said(marks.ACTIONS).__getitem__,
        "relation_mark": said(marks.RELATIONS).get,
        "case_mark": said(cases.STATES).__getitem__,
        "refund_mark": said(cases.REFUNDS).__getitem__,
        "batch_mark": said(batches.STATES).__getitem__,
        "grid_mark": said(batches.GRID).__getitem__,
        "age_label": lambda age: say(language, batches.AGES[age]),
        "cause": lambda why: say(language, batches.cause_of(why)),
        "row_sentence": lambda item: say(language, batches.sentence_of(item)),
        "line_problem": lambda item: say(language, batches.problem_of(item)),
        "paused_by": lambda value: say(language, batches.PAUSED[value]),
        "deed_icon": cases.DEED_ICONS.__getitem__,
        "linked": cases.linked,
        "tour_title": lambda stop: say(language, tour.TITLES[stop.step]),
        "tour_words": lambda stop: say(language, tour.PLACES[stop.step, stop.phase].words),
        "tour_place": tour.place,
        "tour_at": lambda stop: tour.PLACES[stop.step, stop.phase].at,
        "piece": lambda name: say(language, cases.PIECES[name]),
        "playbook": lambda order: say(language, cases.playbook(order)),
    }


def _mark_or_itself(table: Marks, value: str) -> Mark:
    """A value that a later version has written has no words here: it shows itself."""
    return table.get(value) or Mark(value, "minus")


def _of_exchanges(language: str) -> Filters:
    def meaning(outcome: str, call: Call) -> str:
        return say(language, outcomes.meaning(outcome, call))

    def happened(outcome: str) -> str:
        return say(language, outcomes.HAPPENED[outcome])

    def detail(value: str | None) -> str:
        """A parser's detail has no words of its own and is said as it stands."""
        return say(language, outcomes.detail_words(value or "")) or value or ""

    def parameter(name: str) -> str:
        return say(language, parameters.PARAMETERS.get(name, parameters.UNKNOWN_PARAMETER))

    return {
        "meaning": meaning,
        "happened": happened,
        "detail": detail,
        "fault": fault,
        "parameter": parameter,
        "in_words": lambda name: say(language, parameters.IN_A_FORM[name]),
        "said_by": partial(parameters.said_by, language),
    }


def _of_callbacks(language: str) -> Filters:
    def said(words: Callable[[Any], Words]) -> Callable[[Any], str]:
        return lambda value: say(language, words(value))

    def verdict_meaning(verdict: str | None) -> Words:
        return callbacks.MEANINGS.get(verdict or "", "")

    def malformed(callback: Callback) -> Words:
        return MALFORMED.get(callback.detail or "", "")

    return {
        "verdict_meaning": said(verdict_meaning),
        "malformed": said(malformed),
        "became": said(callbacks.became),
        "done": said(callbacks.done),
        "pasted": said(pasted.KINDS.__getitem__),
        "way": said(pasted.WAYS.__getitem__),
        "missing": said(pasted.missing_words),
        "dropped": said(callbacks.DROPPED.__getitem__),
    }


def _of_conflicts(language: str) -> Filters:
    """Of a dispute (None: its cause is not at hand) its title and the sentence after it.

    Of an order in conflict what each way to settle it leads to.
    """

    def conflict_title(dispute: Dispute | None) -> str:
        return say(language, conflict_words(dispute).title)

    def conflict_why(dispute: Dispute | None) -> str:
        return say(language, conflict_words(dispute).why)

    return {
        "conflict_title": conflict_title,
        "conflict_why": conflict_why,
        "believing": lambda order, outcome: say(language, believing(order, outcome)),
        "keeping": lambda order, outcome: say(language, keeping(order, outcome)),
    }
