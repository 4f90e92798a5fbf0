"""Sentences of the catalogue that carry values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.web.presentation.i18n import translation


@dataclass(frozen=True)
class Sentence:
    """A message of the catalogue with the values of its placeholders; `say` shows it."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def get(self, lang: str) -> str:
        """The sentence in one language."""
        text = translation(lang).gettext(self.message)
        return text % self.values if self.values else text
