"""What is said to a person of how a result was read, and of what could not be read."""

from __future__ import annotations

from app.protocol.pasted.found import Kind, Unread, Way
from app.protocol.words import N_, Sentence, Words

KINDS: dict[Kind, str] = {
    Kind.FORM: N_("Taken for a body, a query string or a line that holds one."),
    Kind.PAIRS: N_("Taken for names, each with its value behind it."),
    Kind.TABLE: N_("Taken for a row of a table under its head."),
    Kind.SHAPES: N_(
        "No names stand there: each value was told by its form, and the CheckString decided which"
        " is which."
    ),
    Kind.RAW: N_(
        "No parameters of a result were recognised, so the text was taken as the body itself."
    ),
}
"""What a pasted text was taken for."""

WAYS: dict[Way, str] = {
    Way.INVISIBLE: N_("Read without the invisible characters in it."),
    Way.HTML: N_("Read with HTML's escapes undone."),
    Way.TAGS: N_("Read without the tags around it."),
    Way.BACKSLASH: N_("Read with backslash escapes undone."),
    Way.SYSTEM_LOG: N_("Read with a system log's escapes undone."),
    Way.CARET: N_("Read with the escapes of a Windows command undone."),
    Way.TERMINAL: N_("Read without the codes for a terminal's colours."),
    Way.REVERSED: N_("Read with the values that stand before their names."),
    Way.PERCENT: N_("Read with one more layer of percent escapes undone."),
    Way.QUOTED_PRINTABLE: N_("Read with a mail's quoted-printable undone."),
    Way.DOUBLED_QUOTES: N_("Read with doubled quotes undone."),
    Way.WIDTH: N_("Read with full-width characters as half-width ones."),
    Way.WRAP: N_("Read with the line breaks in it removed."),
    Way.BASE64: N_("Read out of Base64."),
    Way.BYTES: N_("Read out of bytes written as numbers."),
    Way.PACKED: N_("Read out of strings that a program packed behind their lengths."),
    Way.COMPRESSED: N_("The file was unpacked first."),
    Way.VISIBLE: N_("Read with control characters that were made visible undone."),
    Way.UTF_16: N_("The file was read as UTF-16."),
    Way.UTF_32: N_("The file was read as UTF-32."),
    Way.SHIFT_JIS: N_("The file was read as Shift_JIS."),
    Way.EUC_JP: N_("The file was read as EUC-JP."),
    Way.ISO_2022_JP: N_("The file was read as ISO-2022-JP."),
    Way.NOT_TEXT: N_("Some bytes of the file are no text: they were left out."),
}
"""What was undone to read a result. No value was changed beyond that."""

CUT = N_("The text ends before this result does.")
UNEVEN = N_(
    "The values are not told apart alike, so one of them may be a piece of another. It is not"
    " judged: paste the line as it came."
)


def missing_words(unread: Unread) -> Words:
    """What is not there of a result."""
    if not unread.missing:
        return N_("Its last value is not whole.")
    return Sentence(N_("Missing: %(names)s."), {"names": ", ".join(unread.missing)})
