"""Words for what a person can neither see nor read: invisible characters, a parser's reasons."""

from __future__ import annotations

import pytest

from app.protocol.messages import Call, NotUnderstood, read_answer
from app.protocol.words import say
from app.web.pages.order_form_fields import OrderForm
from app.web.presentation.field_errors import visible
from app.web.presentation.outcomes import detail_words

SEARCH = b"Status=PAYSUCCESS&ProcessDate=20260101000000&AccessID=x&AccessPass=x&Amount=1&Tax=0"


@pytest.mark.parametrize(
    ("characters", "said"),
    [
        ("😀—", "「😀」 「—」"),
        ("\U000e0100", "U+E0100 (a variation selector: it chooses a form"),
        ("\u3099", "U+3099 (a mark on the character before it)"),
        ("é\u0301", "「é」 U+0301 (a mark on"),
        ("\u200b", "U+200B (a blank without width)"),
        ("\xa0\x07", "U+00A0 (a blank that does not break) U+0007"),
        ("\ue000", "U+E000 (a character of private use)"),
    ],
)
def test_what_cannot_be_seen_is_named_by_its_code_and_kind(characters: str, said: str) -> None:
    assert say("en", visible(characters)).startswith(said)


def test_kana_that_a_file_name_parted_are_joined_and_nothing_else_is_changed() -> None:
    typed = {"ClientField1": "か\u3099きハ\u309a神﨑", "ClientField2": "ｶﾞ①"}
    form = OrderForm.read(typed)
    assert (form.ClientField1, form.ClientField2) == ("がきパ神﨑", "ｶﾞ①")


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xfe",
        b"",
        b"<html>",
        b"Status=PAYSUCCESS",
        SEARCH.replace(b"Amount=1", b"Amount=x"),
        SEARCH + b"&Amount=2",
        b"ErrCode=M01&ErrInfo=<>",
    ],
)
def test_why_an_answer_is_not_understood_is_said_in_the_reader_s_language(raw: bytes) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_answer(Call.SEARCH, raw)
    words = detail_words(refused.value.reason)
    assert say("ja", words)
    assert say("ja", words) != say("en", words)
