"""What a person typed cannot be accepted: a sentence for each field at fault."""

from collections.abc import Mapping

from app.protocol.words import Words, say


class ValidationErrors(Exception):
    """`problems`: a field's name and what is wrong with it. The message is the first's English."""

    def __init__(self, problems: Mapping[str, Words]) -> None:
        super().__init__(say("en", next(iter(problems.values()))))
        self.problems = dict(problems)


def collect(**found: Words | None) -> dict[str, Words]:
    """The problems that there are, of the checks that were made."""
    return {field: words for field, words in found.items() if words is not None}
