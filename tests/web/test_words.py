"""Every word a person reads is there in Japanese and in English, and compiled as it is written."""

import io
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from app.web.words import LANGUAGES, LOCALES, translation

ROOT = Path(__file__).resolve().parent.parent.parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
JINJA = {"silent": "false", "newstyle_gettext": "true", "extensions": "jinja2.ext.do"}

Message = str | tuple[str, ...] | list[str]


@cache
def used() -> frozenset[str]:
    """The msgids in code and templates (a plural by its singular)."""
    found = extract_from_dir(
        ROOT,
        method_map=[("app/**.py", "python"), ("templates/**.html", "jinja2")],
        options_map={"templates/**.html": JINJA},
        keywords=KEYWORDS,
        directory_filter=lambda path: (
            Path(path).name not in {".venv", ".git", "var", "static", "tests"}
        ),
    )
    return frozenset(_first(message) for _, _, message, _, _ in found)


@cache
def catalogue(language: str) -> Catalog:
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def _first(message: Message) -> str:
    return message if isinstance(message, str) else message[0]


def _said(message: Message | None) -> bool:
    return bool(message) if isinstance(message, str) else all(message or ("",))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_has_its_words(language: str) -> None:
    spoken = {_first(entry.id) for entry in catalogue(language) if entry.id and _said(entry.string)}
    assert sorted(used() - spoken) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_catalogue_keeps_words_nobody_uses(language: str) -> None:
    assert sorted({_first(entry.id) for entry in catalogue(language) if entry.id} - used()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_keep_the_variables_of_their_message(language: str) -> None:
    faults = [(entry.id, list(entry.check(catalogue(language)))) for entry in catalogue(language)]
    assert [fault for fault in faults if fault[1]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    committed = LOCALES / language / "LC_MESSAGES" / "messages.mo"
    assert _pairs(committed.read_bytes()) == _pairs(compiled.getvalue())


def _pairs(compiled: bytes) -> list[tuple[object, object]]:
    """Messages and their words, without the header and its date of compilation."""
    return [(entry.id, entry.string) for entry in read_mo(io.BytesIO(compiled)) if entry.id]


def test_the_standard_library_reads_them() -> None:
    assert translation("ja").gettext("Orders") == "注文"
    assert translation("en").gettext("Orders") == "Orders"
