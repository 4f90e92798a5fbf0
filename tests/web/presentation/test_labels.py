"""Every word of the decision table, of conflicts, effects and problems has its sentence."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest

from app.desk.actions import Action, LockReason, NextStep
from app.gateway import Detail, Outcome
from app.protocol.checkstring import Verdict
from app.protocol.fields import Problem, Reason
from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.protocol.words import LANGUAGES, say
from app.records.changes import Effect
from app.records.exchanges import WAITING, Purpose
from app.records.orders import UNKNOWN, Conflict, Origin, Source
from app.records.shops import Environment
from app.web.pages.order_page import STEP_ACTIONS
from app.web.presentation import labels
from app.web.presentation.field_errors import REASONS, problem_words, visible
from app.web.presentation.templates import _environment


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (labels.STEPS, NextStep),
        (labels.ACTIONS, Action),
        (labels.LOCKS, LockReason),
        (labels.CONFLICTS, Conflict),
        (labels.EFFECTS, Effect),
        (labels.PURPOSES, Purpose),
        (labels.ORIGINS, Origin),
        (labels.DETAILS, Detail),
        (labels.CALLS, Call),
        (REASONS, Reason),
    ],
)
def test_each_table_says_every_word_of_its_enum(
    table: dict[StrEnum, Any], words: type[StrEnum]
) -> None:
    assert set(table) == set(words)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("STATUS", {*Status, UNKNOWN}),
        ("SOURCE", set(Source)),
        ("VERDICT", set(Verdict)),
        ("OUTCOME", {*Outcome, WAITING}),
        ("ENVIRONMENT", set(Environment)),
    ],
)
def test_each_mark_of_the_pages_has_its_words(language: str, table: str, words: set[str]) -> None:
    components = _environment(language).get_template("components.html").module
    assert set(getattr(components, table)) == words


def test_only_steps_that_a_person_takes_have_a_button() -> None:
    waiting = {NextStep.WAIT_FOR_CUSTOMER, NextStep.WAIT_FOR_ANSWER, NextStep.WAIT_UNTIL_DUE}
    elsewhere = {NextStep.SETTLE_CONFLICT, NextStep.FIX_SETTINGS, NextStep.NOTHING}
    assert set(NextStep) - set(STEP_ACTIONS) == waiting | elsewhere


def test_a_detail_without_words_of_its_own_is_said_as_it_stands() -> None:
    assert labels.detail_words("AccessID is missing") == "AccessID is missing"
    assert labels.detail_words(None) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_problem_names_its_limit_and_its_characters(language: str) -> None:
    total = Problem("Amount", Reason.TOTAL_OUT_OF_RANGE, 200_000)
    assert "200,000" in say(language, problem_words(total))
    emoji = Problem("ClientField1", Reason.ILLEGAL_CHARACTER, characters="😀\t")
    assert "「😀」 U+0009" in say(language, problem_words(emoji))


def test_what_cannot_be_seen_is_named_by_its_code() -> None:
    assert visible("a \u200d") == "「a」 U+0020 U+200D"
