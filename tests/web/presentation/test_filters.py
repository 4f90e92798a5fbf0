"""The words of a value are asked for by a filter, in every template alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jinja2 import nodes

from app.desk.actions import NextStep
from app.protocol.messages import Call
from app.web.presentation.templates import TEMPLATES, _environment

PAGES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
ENGLISH = _environment("en")


def said(language: str, template: str, **context: Any) -> str:
    return _environment(language).from_string(template).render(context)


def test_a_value_of_an_enum_says_what_it_is_called_and_why() -> None:
    step = NextStep.WAIT_FOR_ANSWER
    assert said("en", "{{ it | label }}", it=step) == "Wait for the gateway&#39;s answer"
    assert said("en", "{{ it | why }}", it=step).startswith("A call is under way.")
    assert said("ja", "{{ it | label }}", it=Call.SEARCH) == "照会"


def test_what_an_outcome_means_depends_on_its_call() -> None:
    template = "{{ 'no-answer' | meaning(call) }}"
    assert said("en", template, call=Call.ENTRY).startswith("Nobody knows")
    assert said("en", template, call=Call.SEARCH).startswith("A lookup changes nothing")


def test_an_unknown_status_rests_on_the_call_that_nobody_answered() -> None:
    template = "{{ 'exec' | basis(status) }}"
    assert said("en", template, status=None) == "no answer to ExecTran"
    assert said("en", template, status="REQSUCCESS") == "by the answer to ExecTran"


def test_what_has_no_words_of_its_own_is_said_as_it_stands() -> None:
    assert said("ja", "{{ 'a parser complains' | detail }}") == "a parser complains"
    assert said("ja", "{{ none | detail }}") == ""
    assert said("ja", "{{ ('of a later version' | tag_mark).label }}") == "of a later version"


@pytest.mark.parametrize("template", ["{{ 'callback' | source }}", "{{ 'Orders' | say }}"])
def test_a_compiled_template_holds_the_words_of_no_language(template: str) -> None:
    # It is kept on the disk for every language, and past a change of the words.
    assert "検証" not in _environment("ja").compile(template, raw=True)
    assert said("ja", template) != said("en", template)


@pytest.mark.parametrize("page", PAGES)
def test_no_template_has_a_table_of_words(page: str) -> None:
    tree = ENGLISH.parse((TEMPLATES / page).read_text("utf-8"))
    assert [table.lineno for table in tree.find_all(nodes.Dict) if any(_words(table))] == []


def _words(table: nodes.Dict) -> Iterator[nodes.Call]:
    """The messages among the values of a dict."""
    for pair in table.items:
        for call in (pair.value, *pair.value.find_all(nodes.Call)):
            if isinstance(call, nodes.Call) and getattr(call.node, "name", "") in {"_", "gettext"}:
                yield call
