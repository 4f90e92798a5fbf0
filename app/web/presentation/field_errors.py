"""Why a typed value is refused, as a sentence beside its field."""

import re
import unicodedata

from app.protocol.fields import Problem, Reason
from app.protocol.words import N_, Sentence, Words

REASONS: dict[Reason, str] = {
    Reason.MISSING: N_("This is needed."),
    Reason.TOO_LONG: N_("Too long: at most %(limit)s characters."),
    Reason.ILLEGAL_CHARACTER: N_("These characters cannot be sent: %(characters)s"),
    Reason.NOT_A_NUMBER: N_("Only digits can be used, not %(characters)s."),
    Reason.TOO_MANY_DIGITS: N_("Too many digits: at most %(limit)s."),
    Reason.OUT_OF_RANGE: N_("Out of range: from ¥1 to ¥200,000."),
    Reason.BAD_FORMAT: N_("This does not have the right form."),
    Reason.NOT_ACCEPTED: N_("The gateway does not accept this value."),
    Reason.RESERVED: N_(
        "OrderIDs that begin with ML-ORDER are made by the gateway itself. Choose another."
    ),
    Reason.NOT_HTTP: N_("It must be an address that begins with https:// or http://."),
    Reason.TOTAL_OUT_OF_RANGE: N_("Amount and Tax together may be at most ¥%(limit)s."),
}

_OF_ONE_FIELD: dict[tuple[str, Reason], str] = {
    ("OrderID", Reason.MISSING): N_("Enter an OrderID. None is made up for you."),
    ("Amount", Reason.MISSING): N_("Enter the amount in yen."),
    ("RetURL", Reason.MISSING): N_("Enter the address at which the result is received."),
    ("OrderID", Reason.ILLEGAL_CHARACTER): N_(
        "Only half-width letters, digits and hyphens: %(characters)s cannot be used."
    ),
    ("RetURL", Reason.ILLEGAL_CHARACTER): N_(
        "An address has no such characters: %(characters)s. Write them percent-encoded."
    ),
    **dict.fromkeys(
        ((f"ClientField{number}", Reason.TOO_LONG) for number in (1, 2, 3)),
        N_("Too long: at most %(limit)s bytes. A full-width character takes two."),
    ),
}


def problem_words(problem: Problem) -> Sentence:
    """The sentence for one failed check, naming the characters at fault."""
    message = _OF_ONE_FIELD.get((problem.parameter, problem.reason)) or REASONS[problem.reason]
    limit = "" if problem.limit is None else f"{problem.limit:,}"
    return Sentence(message, {"limit": limit, "characters": visible(problem.characters)})


def visible(characters: str) -> Words:
    """Characters set apart so that each can be seen; what has no picture is named by its code."""
    said: Words = ""
    for character in characters:
        shown = _visible(character)
        said = Sentence("%(one)s %(next)s", {"one": said, "next": shown}) if said else shown
    return said


def _visible(character: str) -> Words:
    if unicodedata.category(character)[0] not in _NO_PICTURE:
        return f"「{character}」"
    code = f"U+{ord(character):04X}"
    what = next((words for pattern, words in _KINDS if pattern.match(character)), None)
    return Sentence("%(code)s (%(what)s)", {"code": code, "what": Sentence(what)}) if what else code


_NO_PICTURE = "CMZ"
"""The first letter of the categories of characters that show nothing of their own: controls and
formats, marks that sit on another character, blanks."""

_KINDS = (
    (
        re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]"),
        N_("a variation selector: it chooses a form of the character before it"),
    ),
    (re.compile("[\u0300-\u036f\u3099\u309a]"), N_("a mark on the character before it")),
    (re.compile("[\u200b\u2060\ufeff]"), N_("a blank without width")),
    (re.compile("\xa0"), N_("a blank that does not break")),
    (re.compile(r"\s"), N_("a blank")),
    (re.compile("[\ue000-\uf8ff]"), N_("a character of private use")),
)
