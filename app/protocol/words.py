"""A sentence in both languages of the product."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence, Japanese and English, meaning the same."""

    ja: str
    en: str

    def get(self, language: str) -> str:
        """The sentence in `language`; English for every language but Japanese."""
        return self.ja if language.startswith("ja") else self.en
