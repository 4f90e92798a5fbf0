"""The sandbox's words in Japanese and English, from the committed catalogues."""

import gettext
from functools import cache
from pathlib import Path
from typing import Final

from markupsafe import Markup

LANGUAGES: Final = ("ja", "en")

_LOCALES: Final = Path(__file__).resolve().parents[1] / "locales"


def N_(message: str) -> str:
    """Mark a message for the catalogue where it is defined; it is translated where it is shown."""
    return message


@cache
def translation(language: str) -> gettext.NullTranslations:
    """The catalogue of one of LANGUAGES, read once per process."""
    return gettext.translation("messages", _LOCALES, [language], fallback=True)


@cache
def both(message: str) -> Markup:
    """A message in both languages, for a reader whose language nobody has asked for."""
    spans = Markup('<span lang="ja">{}</span> <span lang="en">{}</span>')
    return spans.format(*(translation(language).gettext(message) for language in LANGUAGES))
