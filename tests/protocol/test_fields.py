"""The rule of each parameter, and what Windows-31J does to text."""

import pytest

from app.protocol import fields
from app.protocol.fields import Field, Reason


def reasons(field: Field, value: str) -> list[Reason]:
    return [problem.reason for problem in field.problems(value)]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (fields.ORDER_ID, "A-1001-z", []),
        (fields.ORDER_ID, "A_1", [Reason.ILLEGAL_CHARACTER]),
        (fields.ORDER_ID, "Ａ１", [Reason.ILLEGAL_CHARACTER]),
        (fields.ORDER_ID, "A1\n", [Reason.ILLEGAL_CHARACTER]),
        (fields.ORDER_ID, "注文" * 14, [Reason.TOO_LONG, Reason.ILLEGAL_CHARACTER]),
        (fields.AMOUNT, "000001", []),
        (fields.AMOUNT, "１２３", [Reason.NOT_A_NUMBER]),
        (fields.AMOUNT, "-1", [Reason.NOT_A_NUMBER]),
        (fields.AMOUNT, " 1", [Reason.NOT_A_NUMBER]),
        (fields.AMOUNT, "1234567", [Reason.TOO_MANY_DIGITS]),
        (fields.AMOUNT, "1,000,000", [Reason.TOO_MANY_DIGITS, Reason.NOT_A_NUMBER]),
        (fields.AMOUNT, "9" * 5000, [Reason.TOO_MANY_DIGITS]),
        (fields.SHOP_ID, "tshop-0000001", [Reason.BAD_FORMAT]),
        (fields.SHOP_ID, "tshop000000012", [Reason.BAD_FORMAT]),
        (fields.SHOP_PASS, "pass word", [Reason.BAD_FORMAT]),
        (fields.ACCESS_ID, "0123456789abcdef" * 2, []),
        (fields.ACCESS_ID, "Not-Hex_at.all+/=" + "x" * 15, []),
        (fields.ACCESS_ID, "0" * 33, [Reason.BAD_FORMAT]),
        (fields.ACCESS_ID, "ＡＢ" * 16, [Reason.BAD_FORMAT]),
        (fields.ACCESS_ID, "0123456789abcdef" * 2 + "\n", [Reason.BAD_FORMAT]),
        (fields.TRAN_DATE, "20260229120000", [Reason.BAD_FORMAT]),
        (fields.TRAN_DATE, "２０２６0101120000", [Reason.BAD_FORMAT]),
        (fields.CLIENT_FIELD_1, "〜−①ほげポ掛 ｱ", []),
        (fields.CLIENT_FIELD_1, "あ" * 50, []),
        (fields.CLIENT_FIELD_1, "あ" * 50 + "a", [Reason.TOO_LONG]),
        (fields.CLIENT_FIELD_1, "a\tb", [Reason.ILLEGAL_CHARACTER]),
        (fields.CLIENT_FIELD_1, "\x80", [Reason.ILLEGAL_CHARACTER]),
        (fields.CLIENT_FIELD_1, "\ue000", [Reason.ILLEGAL_CHARACTER]),
    ],
)
def test_a_value_fails_exactly_these_checks(
    field: Field, value: str, expected: list[Reason]
) -> None:
    assert reasons(field, value) == expected


@pytest.mark.parametrize("character", "^`{|}~&<>\"'")
def test_a_client_field_refuses_each_forbidden_character(character: str) -> None:
    [problem] = fields.CLIENT_FIELD_1.problems(f"a{character}b{character}")
    assert (problem.reason, problem.characters) == (Reason.ILLEGAL_CHARACTER, character)


def test_a_problem_names_the_characters_in_order_each_once() -> None:
    [problem] = fields.CLIENT_FIELD_2.problems("絵😀文—字😀|")
    assert problem.characters == "😀—|"


def test_the_limit_of_a_client_field_is_its_bytes() -> None:
    [problem] = fields.CLIENT_FIELD_3.problems("あ" * 51)
    assert (problem.reason, problem.limit) == (Reason.TOO_LONG, 100)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("①髙﨑ｱ ~", ""),
        ("😀—", "😀—"),
        ("\x00\n\x7f\x80\ue000\uf8f0\ud800\ufffd", "\x00\n\x7f\x80\ue000\uf8f0\ud800\ufffd"),
    ],
)
def test_unsendable_names_what_must_not_be_sent(text: str, expected: str) -> None:
    assert fields.unsendable(text) == expected


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("abc", 3), ("ｱｲ", 2), ("髙①", 4), ("a😀", 3)]
)
def test_byte_length_counts_windows_31j(text: str, length: int) -> None:
    assert fields.byte_length(text) == length


def test_half_width_makes_an_identifier_of_what_was_typed() -> None:
    assert fields.to_half_width("Ａ１００１－１ ‐−ーｰ") == "A1001-1 ----"


def test_half_width_leaves_other_characters_alone() -> None:
    assert fields.to_half_width("注文＿！") == "注文＿！"


def test_normalise_says_what_comes_back() -> None:
    assert fields.normalise("〜−‖¢£¬ほ") == "～－∥￠￡￢ほ"


def test_normalise_is_exactly_what_the_codec_does_to_every_sendable_character() -> None:
    for character in map(chr, range(0x10000)):
        if not fields.unsendable(character):
            returned = character.encode("cp932").decode("cp932")
            assert fields.normalise(character) == returned
