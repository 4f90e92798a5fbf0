"""What is judged first: what one of our shops has signed, and not the same again and again."""

from __future__ import annotations

import pytest
from sqlmodel import select

from app.desk.callbacks.limits import SHOPS_KNOWN_FOR
from app.desk.callbacks.ranking import Rank, Ranking
from app.records.database import Database
from app.records.shops import OurShops, Shop
from tests.desk.callbacks.cast import SHOP, a_shop, body, tampered


class Clock:
    at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ranking(database: Database, clock: Clock) -> Ranking:
    """Over the sandbox's shop, whose password is public, and one of our own."""
    own = a_shop("own", "secret12")
    own.gateway_url = "https://gateway.example"
    with database.writing() as session:
        session.add_all([a_shop(), own])
    ranking = Ranking(OurShops(sandbox_on=True), clock)
    ranking.refresh(database)
    return ranking


def test_what_a_shop_of_ours_has_signed_comes_first_and_the_public_shop_s_next(
    ranking: Ranking,
) -> None:
    assert ranking.rank(body("A1", shop="own", password="secret12")) is Rank.SIGNED
    assert ranking.rank(body("A1")) is Rank.SIGNED_PUBLICLY
    for unproven in (tampered("A1"), body("A1", shop="other"), b"", b"CheckString"):
        assert ranking.rank(unproven) is Rank.UNPROVEN


def test_naming_an_order_of_ours_is_worth_nothing_without_the_signature(ranking: Ranking) -> None:
    assert ranking.rank(body("A1", password="guessed1")) is Rank.UNPROVEN


def test_the_same_again_is_not_first_again(ranking: Ranking) -> None:
    raw = body("A1")
    assert [ranking.rank(raw) for _ in range(2)] == [Rank.SIGNED_PUBLICLY, Rank.UNPROVEN]
    assert ranking.rank(raw + b"&X=1") is Rank.UNPROVEN


def test_so_many_signed_ones_are_remembered_and_no_more(
    ranking: Ranking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.desk.callbacks.limits.SIGNATURES_KNOWN", 20)
    first, *others = [body(f"B{number}") for number in range(21)]
    ranking.rank(first)
    for raw in others[:-1]:
        ranking.rank(raw)
    assert ranking.rank(first) is Rank.UNPROVEN, "it is remembered"
    ranking.rank(others[-1])
    assert ranking.rank(first) is Rank.SIGNED_PUBLICLY, "it is forgotten"


def test_before_the_shops_are_known_nothing_is_first(clock: Clock) -> None:
    ranking = Ranking(OurShops(sandbox_on=True), clock)
    assert ranking.is_stale()
    assert ranking.rank(body("A1")) is Rank.UNPROVEN


def test_a_changed_password_is_known_after_a_while(
    ranking: Ranking, database: Database, clock: Clock
) -> None:
    with database.writing() as session:
        session.exec(select(Shop).where(Shop.shop_id == SHOP)).one().password = "another1"
    assert not ranking.is_stale()
    clock.at += SHOPS_KNOWN_FOR
    assert ranking.is_stale()
    ranking.refresh(database)
    assert ranking.rank(body("A1")) is Rank.UNPROVEN
    assert ranking.rank(body("A1", password="another1")) is Rank.SIGNED_PUBLICLY
