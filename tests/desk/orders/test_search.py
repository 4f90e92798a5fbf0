"""What is typed into the search box is understood as people write it."""

from __future__ import annotations

from datetime import date

import pytest

from app.desk.orders.search import WORDS_LIMIT, Meaning, amount_of, day_of, tidy, understand
from app.records.order_finding import Sought

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    "typed",
    [
        *("2530", "2,530", "¥2,530", "￥2530", "2530円", "2,530 円", "２，５３０円", "2530 yen"),
        *("\\2,530", "¥2,530-", "¥ 2530", "2530JPY"),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed: str) -> None:
    assert [word.sought.yen for word in understand(typed, TODAY).words] == [2530]


@pytest.mark.parametrize(
    "typed", ["02530", "2,53", "2.530", "A2530", "25-30", "円", "", "1" * 11, "٢٥"]
)
def test_what_is_no_amount_is_not_taken_for_one(typed: str) -> None:
    assert amount_of(typed) is None


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-24", date(2026, 11, 24)),
        ("2026/11/24", date(2026, 11, 24)),
        ("２０２６年１１月２４日", date(2026, 11, 24)),
        ("20261124", date(2026, 11, 24)),
        ("11/24", date(2026, 11, 24)),
        ("11月24日", date(2026, 11, 24)),
        ("12/1", date(2025, 12, 1)),
        ("2/29", date(2024, 2, 29)),
        ("今日", TODAY),
        ("Yesterday", date(2026, 11, 29)),
        ("2026-02-30", None),
        ("13/1", None),
        ("0001-01-01", None),
        ("9999-12-31", None),
        ("20261324", None),
        ("11-24", None),
    ],
)
def test_a_day_is_read_with_its_year_or_as_the_last_such_day(typed: str, day: date | None) -> None:
    assert day_of(typed, TODAY) == day


@pytest.mark.parametrize(
    "typed",
    [
        "A1001-1",
        " A1001-1　",
        '"A1001-1"',
        "「A1001-1」",
        "“Ａ１００１－１”",
        "\u200bA1001ー1\ufeff",
        "OrderID=A1001-1",
        "ご注文番号：「A1001-1」",
    ],
)
def test_what_came_along_with_a_number_is_left_out(typed: str) -> None:
    assert tidy(typed) == "A1001-1"


def test_every_word_is_sought_in_each_way_in_which_it_may_be_meant() -> None:
    question = understand("髙橋　2,530円 11月 24日", TODAY)
    assert question.sought == (
        Sought("高橋"),
        Sought("2,530円", yen=2530),
        Sought("11月24日", day=date(2026, 11, 24)),
    )
    assert question.offered == {*Meaning}


def test_another_reading_leaves_out_the_other_ways_of_its_words_alone() -> None:
    as_amount = understand("髙橋 2530", TODAY, Meaning.AMOUNT)
    assert as_amount.sought == (Sought("高橋"), Sought(yen=2530))
    assert understand("髙橋 2530", TODAY, Meaning.TEXT).sought == (Sought("高橋"), Sought("2530"))
    # What no word can be is no reading.
    assert understand("髙橋 2530", TODAY, Meaning.DAY).only is None


@pytest.mark.parametrize(
    ("typed", "may"),
    [
        ("A1001-1", True),
        ("20261124-001", True),
        ("髙橋", False),
        ("2530", False),
        ("A 1", False),
        ("", False),
    ],
)
def test_the_gateway_can_be_asked_for_a_number_alone(typed: str, *, may: bool) -> None:
    assert understand(typed, TODAY).may_be_order_id is may


def test_what_is_much_too_long_is_cut_and_breaks_nothing() -> None:
    assert len(understand("a " * 5000, TODAY).words) == WORDS_LIMIT
