"""The fold makes one of what people write in several ways, and is the same on both sides."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.search_fold import (
    _VARIANTS,
    fold,
    grams,
    grams_of_word,
    squeezed,
    words,
)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("A1001-1", "ａ１００１－１"),
        ("A1001-1", "a1001ー1"),
        ("A1001", "\u200bA1001\ufeff"),
        ("髙橋 花子", "高橋花子"),
        ("たかはし", "ﾀｶﾊｼ"),
        ("ガット", "か\u3099っと"),
        ("山﨑", "山崎"),
        ("渡邊", "渡辺"),
        ("渡邉", "渡辺"),
        ("齋藤", "斉藤"),
        ("濵田", "浜田"),
        ("ジョン・スミス", "ｼﾞｮﾝ ｽﾐｽ"),
        ("スーパー", "す－ぱ－"),
        ("葛\U000e0100城", "葛城"),
        ("①", "1"),
    ],
)
def test_what_is_written_in_several_ways_is_one(stored: str, typed: str) -> None:
    assert squeezed(stored) == squeezed(typed)


def test_what_differs_stays_apart() -> None:
    assert len({squeezed(text) for text in ("高橋", "橋高", "高木", "a1001", "a1001-1")}) == 5


@given(st.text(max_size=20))
def test_what_is_folded_is_not_changed_by_folding_it_again(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_no_variant_is_written_with_another() -> None:
    usual = set(_VARIANTS.values())
    assert usual.isdisjoint(_VARIANTS)
    # One that NFKC already makes the usual character has no place in the table.
    assert all(unicodedata.normalize("NFKC", chr(rare)) == chr(rare) for rare in _VARIANTS)


@given(st.text("ab高 ", min_size=1, max_size=12), st.data())
def test_a_text_has_every_gram_of_each_of_its_parts(text: str, data: st.DataObject) -> None:
    whole = squeezed(text)
    start = data.draw(st.integers(0, len(whole)))
    part = whole[start : data.draw(st.integers(start, len(whole)))]
    if part:
        assert grams([whole]).issuperset(grams_of_word(part))


def test_a_word_asks_for_its_long_grams_where_it_has_any() -> None:
    assert grams_of_word("1") == ["1"]
    assert grams_of_word("001") == ["00", "01"]
    assert grams_of_word("20261") == ["0261", "2026"]
    assert grams_of_word("高橋2026") == ["2026", "橋2", "高橋"]


def test_words_are_parted_by_blanks_of_any_width() -> None:
    assert words("  髙橋　花子\n2,530 ") == ("高橋", "花子", "2,530")
    assert words("\u200b \ufeff") == ()
