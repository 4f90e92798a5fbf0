"""Every value that is shown has its words, and every table only values that there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from app.desk.actions import Action, LockReason, NextStep
from app.desk.callbacks.verification import Tag
from app.gateway import Detail, Outcome
from app.protocol.checkstring import Verdict
from app.protocol.fields import Problem, Reason
from app.protocol.messages import Call
from app.protocol.pasted import Kind, Way
from app.protocol.pasted import words as pasted
from app.protocol.statuses import Relation, Status
from app.protocol.words import LANGUAGES, say
from app.records.changes import Effect
from app.records.dropped_callbacks import NOTIFICATIONS, SANDBOX, SANDBOX_ORDERS, UNSTORED
from app.records.exchanges import WAITING, Purpose
from app.records.orders import UNKNOWN, Origin, Source
from app.records.shops import Confirmation, Environment
from app.web.pages.order_page import STEP_ACTIONS
from app.web.presentation import callbacks, labels, marks, outcomes
from app.web.presentation.field_errors import REASONS, problem_words, visible


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (labels.STEPS, NextStep),
        (labels.LOCKS, LockReason),
        (labels.PURPOSES, Purpose),
        (labels.ORIGINS, Origin),
        (labels.CALLS, Call),
        (labels.CONFIRMATIONS, Confirmation),
        (labels.SOURCES, Source),
        (outcomes.DETAILS, Detail),
        (outcomes.HAPPENED, {*Outcome, WAITING}),
        (callbacks.MEANINGS, Verdict),
        (callbacks.DROPPED, {*Verdict, NOTIFICATIONS, UNSTORED, SANDBOX, SANDBOX_ORDERS}),
        (pasted.KINDS, Kind),
        (pasted.WAYS, Way),
        (marks.ACTIONS, Action),
        (marks.EFFECTS, Effect),
        (marks.STATUSES, {*Status, UNKNOWN}),
        (marks.VERDICTS, Verdict),
        (marks.TAGS, Tag),
        (marks.OUTCOMES, {*Outcome, WAITING}),
        (marks.ENVIRONMENTS, Environment),
        (marks.RELATIONS, set(Relation) - {Relation.AGREES}),
        (REASONS, Reason),
    ],
)
def test_each_table_says_every_word_of_its_enum(
    table: Mapping[str, Any], words: Iterable[str]
) -> None:
    assert set(table) == set(words)


def test_only_steps_that_a_person_takes_have_a_button() -> None:
    waiting = {NextStep.WAIT_FOR_CUSTOMER, NextStep.WAIT_FOR_ANSWER, NextStep.WAIT_UNTIL_DUE}
    elsewhere = {
        NextStep.SETTLE_CONFLICT,
        NextStep.FIX_SETTINGS,
        NextStep.CHECK_ADDRESS,
        NextStep.CORRECT_VALUES,
        NextStep.OTHER_TRY,
        NextStep.NOTHING,
    }
    assert set(NextStep) - set(STEP_ACTIONS) == waiting | elsewhere


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_problem_names_its_limit_and_its_characters(language: str) -> None:
    total = Problem("Amount", Reason.TOTAL_OUT_OF_RANGE, 200_000)
    assert "200,000" in say(language, problem_words(total))
    emoji = Problem("ClientField1", Reason.ILLEGAL_CHARACTER, characters="😀\t")
    assert "「😀」 U+0009" in say(language, problem_words(emoji))


def test_what_cannot_be_seen_is_named_by_its_code() -> None:
    assert say("en", visible("a \u200d")) == "「a」 U+0020 (a blank) U+200D"
