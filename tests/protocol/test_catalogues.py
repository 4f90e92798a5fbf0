"""Every word a person reads is there in Japanese and in English, and compiled as it is written."""

import re
from functools import cache

import pytest

from app.protocol.words import LANGUAGES, translation
from tests.catalogues import MessageID, catalogue, compiled, extracted, first, path_of

KANA_AND_KANJI = "ぁ-んァ-ヶ一-龠々"


@cache
def used() -> frozenset[str]:
    return frozenset(first(message.id) for message in extracted() if message.id)


def _said(message: MessageID | None) -> bool:
    return bool(message) if isinstance(message, str) else all(message or ("",))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_has_its_words(language: str) -> None:
    spoken = {first(entry.id) for entry in catalogue(language) if entry.id and _said(entry.string)}
    assert sorted(used() - spoken) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_catalogue_keeps_words_nobody_uses(language: str) -> None:
    assert sorted({first(entry.id) for entry in catalogue(language) if entry.id} - used()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_keep_the_variables_of_their_message(language: str) -> None:
    words = catalogue(language)
    faults = [(entry.id, list(entry.check(words))) for entry in words]
    assert [fault for fault in faults if fault[1]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    assert path_of(language).with_suffix(".mo").read_bytes() == compiled(catalogue(language))


def test_the_standard_library_reads_them() -> None:
    assert translation("ja").gettext("Orders") == "注文"
    assert translation("en").gettext("Orders") == "Orders"


def test_japanese_is_written_one_way() -> None:
    """A blank between Latin letters or digits and Japanese; marks of full width."""
    texts = [
        re.sub(r"%\(num\)d", "0", text)
        for entry in catalogue("ja")
        for text in ((entry.string,) if isinstance(entry.string, str) else entry.string or ())
    ]
    together = re.compile(rf"[A-Za-z0-9][{KANA_AND_KANJI}]|[{KANA_AND_KANJI}][A-Za-z0-9]")
    narrow = re.compile(rf"[{KANA_AND_KANJI}][,.:;!?]")
    variable = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
    faults = [
        text for text in texts if together.search(variable.sub("·", text)) or narrow.search(text)
    ]
    assert faults == []
