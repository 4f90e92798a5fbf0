"""The words people read, in Japanese and English, from the committed catalogues.

Only the standard library's gettext runs here; Babel extracts and compiles, at development time.
"""

import gettext
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

LANGUAGES = ("ja", "en")
"""Every language offered, the default first."""

LOCALES = Path(__file__).resolve().parents[2] / "locales"


def N_(message: str) -> str:
    """Mark a message for the catalogue where it is defined; it is translated where it is shown."""
    return message


@cache
def translation(language: str) -> gettext.NullTranslations:
    """The catalogue of one of LANGUAGES, read once per process."""
    return gettext.translation("messages", LOCALES, [language])


@lru_cache(maxsize=500)  # browsers of one kind all send the same
def preferred(accept_language: str) -> str:
    """The offered language a browser ranks highest, by its Accept-Language header."""
    ranked = sorted(_ranks(accept_language), key=lambda pair: pair[1], reverse=True)
    return next((language for language, rank in ranked if rank > 0), LANGUAGES[0])


def _ranks(header: str) -> Iterable[tuple[str, float]]:
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        language = tag.strip().lower().split("-")[0]
        if language in LANGUAGES:
            yield language, _quality(weight)


def _quality(weight: str) -> float:
    name, _, number = weight.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(number)
    except ValueError:
        return 0.0
