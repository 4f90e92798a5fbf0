"""Words for people: one marker, one place that reads the catalogues, English in the code."""

from __future__ import annotations

import ast
import re

from app.protocol.time_words import STYLES
from app.protocol.words import LANGUAGES, LOCALES, N_, Sentence, in_each_language, say, translation
from tests.source import modules

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
AT_HOME = {"words.py", "time_words.py", "search.py", "search_fold.py"}
"""Where a language may be written out in the code: its own name, how time and names are written."""

EXAMPLES = {"programs.py", "styleguide.py"}
"""Where values are shown that a merchant might send."""

READ = {"names.py", "values.py", "book.py", "cells.py", "columns.py"}
"""Where the words stand by which other people's texts are read, in any language."""


def test_the_standard_library_reads_the_catalogues() -> None:
    assert translation("ja").gettext("Orders") == "注文"
    assert translation("en").gettext("Orders") == "Orders"


def test_words_are_said_in_the_language_asked_for_and_nothing_for_nothing() -> None:
    assert in_each_language("Orders") == {"ja": "注文", "en": "Orders"}
    assert in_each_language("") == {"ja": "", "en": ""}


def test_a_sentence_says_its_values() -> None:
    missing = Sentence("%(name)s is missing.", {"name": "ShopID"})
    assert in_each_language(missing) == {
        "ja": "ShopID がありません。",
        "en": "ShopID is missing.",
    }


def test_a_sentence_within_a_sentence_is_said_in_the_same_language() -> None:
    within = Sentence("%(character)s before", {"character": Sentence("a tab")})
    assert in_each_language(within) == {"ja": "前にタブ", "en": "a tab before"}


def test_a_value_from_outside_stands_as_it_is_though_the_catalogue_knows_it() -> None:
    assert say("ja", Sentence("%(name)s is missing.", {"name": "Orders"})).startswith("Orders ")


def test_a_percent_sign_needs_no_doubling_where_nothing_is_filled_in() -> None:
    assert "%81" in say("en", N_("Percent-escape every value (as in %81)."))


def test_a_language_has_its_catalogue_and_its_way_of_writing_time() -> None:
    assert set(LANGUAGES) == set(STYLES)
    assert set(LANGUAGES) == {path.name for path in LOCALES.iterdir() if path.is_dir()}


def test_the_code_speaks_english_and_the_catalogues_the_rest() -> None:
    written_out = {
        f"{path.name}: {node.value}"
        for path, tree in modules().items()
        if "demo" not in path.parts and path.name not in AT_HOME | EXAMPLES | READ
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        if isinstance(node.value, str) and JAPANESE.search(node.value)
    }
    assert not written_out
