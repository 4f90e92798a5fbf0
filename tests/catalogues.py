"""The catalogues of words, held against code and templates.

`python -m tests.catalogues` (`make words`) brings them up to date: messages nobody uses any more
go, new ones come in without Japanese, and both are compiled. Then fill in what it names.
"""

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from app.protocol.words import LANGUAGES, LOCALES

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
JINJA = {"silent": "false", "newstyle_gettext": "true", "extensions": "jinja2.ext.do"}
ELSEWHERE = {".venv", ".git", "var", "static", "tests"}
# A date of compilation would make each compilation another file.
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
DATED = (
    "POT-Creation-Date",
    "PO-Revision-Date",
    "Last-Translator",
    "Language-Team",
    "Generated-By",
)

MessageID = str | tuple[str, ...] | list[str]


def extracted() -> Catalog:
    """Every message of code and templates."""
    template = Catalog(charset="utf-8")
    found = extract_from_dir(
        ROOT,
        method_map=[("app/**.py", "python"), ("templates/**.html", "jinja2")],
        options_map={"templates/**.html": JINJA},
        keywords=KEYWORDS,
        directory_filter=lambda path: Path(path).name not in ELSEWHERE,
    )
    for _, _, message, _, context in found:
        template.add(message, context=context)
    return template


def path_of(language: str) -> Path:
    """Where a language's catalogue is written."""
    return LOCALES / language / "LC_MESSAGES" / "messages.po"


def catalogue(language: str) -> Catalog:
    """A language's catalogue as it is written."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def compiled(words: Catalog) -> bytes:
    """A catalogue as the standard library reads it."""
    words.creation_date = words.revision_date = NO_DATE
    buffer = io.BytesIO()
    write_mo(buffer, words)
    return buffer.getvalue()


def updated(language: str, template: Catalog) -> Catalog:
    """The catalogue with exactly the messages in use, sorted; English speaks for itself."""
    known = catalogue(language)
    fresh = Catalog(locale=language, project="netcash-desk", charset="utf-8", fuzzy=False)
    for message in sorted((one for one in template if one.id), key=lambda one: str(one.id)):
        old = known.get(first(message.id))
        words = message.id if language == "en" else (old.string if old else "")
        fresh.add(message.id, words, flags=_flags(message))
    return fresh


def written(words: Catalog) -> str:
    """A catalogue as text, without what changes from one day to the next."""
    buffer = io.BytesIO()
    write_po(buffer, words, no_location=True, width=100)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(tuple(f'"{name}:' for name in DATED))]
    return "msgid" + "".join(kept).split("msgid", 1)[1]


def first(message: MessageID) -> str:
    """A message's name: of a plural its singular."""
    return message if isinstance(message, str) else message[0]


def _flags(message: Message) -> list[str]:
    return [flag for flag in message.flags if flag != "fuzzy"]


def main() -> None:
    template = extracted()
    for language in LANGUAGES:
        words = updated(language, template)
        path_of(language).write_text(written(words), "utf-8")
        path_of(language).with_suffix(".mo").write_bytes(compiled(catalogue(language)))
        for entry in words:
            if entry.id and not entry.string:
                sys.stdout.write(f"{language}: no words yet for {entry.id!r}\n")


if __name__ == "__main__":
    main()
