"""Words for people: marked where they are defined, put into a language where they are shown.

Every message is English in the code; `app/locales/<language>` says it in the other languages. The
catalogues are read here and nowhere else, because the dashboard and the sandbox share this package
alone. gettext is of the standard library; Babel extracts and compiles, at development time.

A further language: its code in LANGUAGES, a row in `time_words.STYLES`, and `make words`.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

LANGUAGES = {"ja": "日本語", "en": "English"}
"""Every language offered, by its own name; the first is the default."""

DEFAULT_LANGUAGE = next(iter(LANGUAGES))

LOCALES = Path(__file__).resolve().parents[1] / "locales"


def N_(message: str) -> str:
    """Mark a message for the catalogue where it is defined; it is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message with the values of its placeholders, `%(name)s`.

    A value that is itself a Sentence is said in the same language, any other stands as it is.
    """

    message: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)


Words = str | Sentence
"""What can be said in every language: a marked message, or one with values."""


@cache
def translation(language: str) -> gettext.NullTranslations:
    """The catalogue of one of LANGUAGES, read once per process."""
    return gettext.translation("messages", LOCALES, [language])


def say(language: str, words: Words) -> str:
    """The words in one of LANGUAGES; nothing for nothing."""
    if isinstance(words, Sentence):
        text = translation(language).gettext(words.message)
        return text % _said(language, words.values) if words.values else text
    # For an empty message gettext answers the catalogue's header.
    return translation(language).gettext(words) if words else ""


def _said(language: str, values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: say(language, value) if isinstance(value, Sentence) else value
        for name, value in values.items()
    }


def in_each_language(words: Words) -> dict[str, str]:
    """The words in every language, for a reader who is a program."""
    return {language: say(language, words) for language in LANGUAGES}
