"""The error catalogue: every listed code, in words an operator can act on."""

import dataclasses
import re

import pytest

from app.desk.orders import validation
from app.protocol.error_catalogue import CATALOGUE, Fault, Trade, fault
from app.protocol.error_catalogue.fault import FILLED_IN, TYPED
from app.protocol.messages.codes_by_check import CODES
from app.protocol.words import say
from app.web.pages.order_form_fields import OrderForm

# code prefix: endings, by what the code says about the trade
LISTED = {
    Trade.UNCHANGED: """
        M01001005 M01002001 M01002002 M01002008 M01003001 M01003008 M01004001 M01004002 M01004012
        M01004013 M01005001 M01005005 M01005006 M01005011 M01006005 M01006006 M01007001 M01007008
        M01008001 M01008008 M01039012 M01039013 M01040012 M01040013 M01041012 M01041013 M01051001
        M01051005 M01051011 M01052011 M01054004 M01056001 M01056012 M01058002 M01058010 M01074090
        M01120001 M01120010 M01120012 M01120013 NC1000001 NC1000002 NC1000003 NC1000006 NC1000013
        NC1000009 NC2000002 NC2000003 NC2000004 NC2000005 NC2000006 NC2000007 E91099997
        E92000001 E92000002
    """,
    Trade.EXISTS: "M01004010",
    Trade.REQUESTED: "M01004014",
    Trade.PAID: "NC1000004",
    Trade.EXPIRED: "NC1000005",
    Trade.SEE_LOOKUP: "NC1000007 NC1000008 NC1000010 NC1000011 NC1000012",
    Trade.CONFLICT: "NC2000001",
    Trade.UNKNOWN: """
        E90010001 E91019999 E91020001 E91029998 E91029999 E91060001 E91099996 E91099999
    """,
}
EVERY = [pytest.param(entry, id=code) for code, entry in CATALOGUE.items()]


def test_the_catalogue_holds_every_listed_code_and_no_other() -> None:
    assert sorted(CATALOGUE) == sorted(" ".join(LISTED.values()).split())


@pytest.mark.parametrize("trade", Trade)
def test_each_code_says_what_became_of_the_trade(trade: Trade) -> None:
    assert {CATALOGUE[code].trade for code in LISTED[trade].split()} == {trade}


@pytest.mark.parametrize("entry", EVERY)
def test_a_fault_is_told_in_sentences_of_both_languages(entry: Fault) -> None:
    for words in (entry.happened, entry.trade_words, entry.advice):
        japanese, english = say("ja", words), say("en", words)
        assert japanese.endswith("。")
        assert re.search("[ぁ-んァ-ヶ一-龠]", japanese)
        assert re.fullmatch(r"[A-Z][\x20-\x7e]+\.", english)
        assert len(english) < 160


def test_each_code_is_about_a_typed_parameter_a_filled_in_one_or_a_part_of_the_process() -> None:
    parts = {"payment term", "state", "trade", "start", "payment", "centre", "system"}
    assert {entry.about for entry in CATALOGUE.values()} == TYPED | FILLED_IN | parts


def test_each_code_that_names_a_typed_parameter_names_its_field_of_the_form() -> None:
    fields = {entry.field for entry in CATALOGUE.values() if entry.field}
    assert fields == TYPED == set(validation.TYPED)
    assert fields < {field.name for field in dataclasses.fields(OrderForm)}
    for (parameter, _), code in CODES.items():
        assert fault(code).field == (parameter if parameter in TYPED else "")


def test_only_an_overload_is_worth_the_very_same_request_again() -> None:
    assert [code for code, entry in CATALOGUE.items() if entry.ask_again] == [
        "E92000001",
        "E92000002",
    ]


@pytest.mark.parametrize("code", ["M01999999", "", "😀"])
def test_an_unlisted_code_is_a_fault_that_says_so(code: str) -> None:
    entry = fault(code)
    assert (entry.code, entry.trade, entry.ask_again) == (code, Trade.UNKNOWN, False)
    assert "not in our list" in say("en", entry.happened)
