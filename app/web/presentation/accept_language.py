"""Which of our languages a browser prefers."""

from collections.abc import Iterable
from functools import lru_cache

from app.protocol.words import DEFAULT_LANGUAGE, LANGUAGES


@lru_cache(maxsize=500)  # browsers of one kind all send the same
def preferred(accept_language: str) -> str:
    """The offered language a browser ranks highest, by its Accept-Language header."""
    ranked = sorted(_ranks(accept_language), key=lambda pair: pair[1], reverse=True)
    return next((language for language, rank in ranked if rank > 0), DEFAULT_LANGUAGE)


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
