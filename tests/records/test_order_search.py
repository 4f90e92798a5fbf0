"""What the search finds is what a reader of the texts would find, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text
from sqlmodel import col, select

from app.clock import now
from app.protocol.checkstring import Verdict
from app.protocol.wire import JST, encode_form
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.derived_columns import NOT_FILED
from app.records.order_finding import Sought
from app.records.order_lists import OrderFilter, orders_page
from app.records.order_search import OrderSearch, number_waiting
from app.records.orders import Order
from app.records.paging import Page, Place
from app.records.search_fold import VERSION, squeezed, words
from app.records.shops import Environment, Shop
from tests.filing import file_all
from tests.queries import plan_of

TEST, SANDBOX = Environment.TEST, Environment.SANDBOX

NAMES = [
    *("髙橋 花子", "高橋　はなこ", "ﾀｶﾊｼ ﾊﾅｺ", "佐藤 太郎", "邊見 樹"),
    *("渡辺", "ジョン・スミス", "Smith, J.", ""),
]
GOODS = [
    *("ギフト券 2,530円", "会員番号－①", 'a"b', "%_/", "スーパー"),
    *("100%", "", "*(-^NEAR", "é́"),
]
FRAGMENTS = [
    *(
        "髙",
        "高橋",
        "たかはし",
        "ﾊﾅ",
        "高橋花子",
        "花子 高橋",
        "橋　は",
        "辺",
        "邊",
        "ジョンスミス",
    ),
    *("smith", "SMITH", "t1003", "003-a", "１００３", "すーぱー", "ス-パ", "-", "①", "1", '"', "%"),
    *("_", 'a"B', "*", "near", "(", "円", "高橋 佐藤", "nobody", "é", "\u200b髙橋\ufeff"),
    *("会員番号-", "T1000-AB"),
]


@pytest.fixture
def filed(any_database: Database) -> Database:
    """A database with orders of two environments, all of them filed."""
    with any_database.writing() as session:
        for environment in (TEST, SANDBOX):
            shop = a_shop(environment)
            session.add(shop)
            session.flush()
            for number, name in enumerate(NAMES):
                session.add(
                    Order(
                        shop_key=shop.id,
                        environment=environment,
                        order_id=f"{environment[0].upper()}100{number}-Ab",
                        amount=2300 + number,
                        tax=230,
                        client_field1=GOODS[number],
                        client_field2=name,
                    )
                )
    file_all(any_database)
    return any_database


def a_shop(environment: Environment) -> Shop:
    return Shop(shop_id=f"shop{environment[:6]}", environment=environment, name="S", password="s")


def found(database: Database, *sought: Sought, environment: Environment = TEST) -> list[str]:
    """The OrderIDs that a search finds."""
    with database.reading() as session:
        wanted = OrderFilter(environment, words=sought)
        return [order.order_id for order in orders_page(session, wanted, Place()).rows]


def by_reading(database: Database, typed: str) -> list[str]:
    """The same, by reading every order."""
    with database.reading() as session:
        orders = session.exec(
            select(Order).where(Order.environment == TEST).order_by(col(Order.id).desc())
        ).all()
    return [order.order_id for order in orders if _holds(order, words(typed))]


def _holds(order: Order, wanted: Sequence[str]) -> bool:
    texts = [order.order_id, order.client_field1, order.client_field2, order.client_field3]
    return all(any(word in squeezed(text or "") for text in texts) for word in wanted)


def as_text(typed: str) -> tuple[Sought, ...]:
    return tuple(Sought(word) for word in words(typed))


def test_every_fragment_is_found_as_a_reader_would_find_it(filed: Database) -> None:
    for typed in FRAGMENTS:
        assert found(filed, *as_text(typed)) == by_reading(filed, typed), typed


def test_grams_alone_make_no_hit(filed: Database) -> None:
    with filed.writing() as session:
        order = session.exec(select(Order).where(Order.order_id == "T1000-Ab")).one()
        order.client_field1, order.client_field2 = "アイアウ 高橋", "橋本"
        order.filed = NOT_FILED
    file_all(filed)
    assert found(filed, Sought("アイアウ")) == found(filed, Sought("橋本")) == ["T1000-Ab"]
    for pieced_together in ("イアイ", "高橋本"):
        assert found(filed, Sought(pieced_together)) == []


ANY_TEXT = st.text(
    st.one_of(
        st.sampled_from("aAｱあア髙高 　-ー―・\u200b\u3099ﾞ\"'%_*()¥@1２"),
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    ),
    max_size=12,
)


IN_SHORT = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@IN_SHORT
@given(data=st.data())
def test_any_text_is_found_by_any_part_of_it(filed: Database, data: st.DataObject) -> None:
    any_part_finds_its_text(filed, data)


@pytest.mark.soak
@settings(IN_SHORT, max_examples=1000)
@given(data=st.data())
def test_any_text_is_found_by_any_part_of_it_at_length(
    filed: Database, data: st.DataObject
) -> None:
    any_part_finds_its_text(filed, data)


def any_part_finds_its_text(filed: Database, data: st.DataObject) -> None:
    held = data.draw(ANY_TEXT)
    with filed.writing() as session:
        order = session.exec(select(Order).where(Order.order_id == "T1000-Ab")).one()
        order.client_field3, order.filed = held, NOT_FILED
    file_all(filed)
    folded = squeezed(held)
    start = data.draw(st.integers(0, len(folded)))
    part = folded[start : data.draw(st.integers(start, len(folded)))]
    for typed in (part, data.draw(ANY_TEXT)):
        if words(typed):
            assert found(filed, *as_text(typed)) == by_reading(filed, typed)


def test_an_amount_is_found_with_the_tax_and_without(filed: Database) -> None:
    assert found(filed, Sought(yen=2303)) == ["T1003-Ab"]
    assert found(filed, Sought(yen=2533)) == ["T1003-Ab"]
    assert found(filed, Sought(yen=253)) == []
    # 2,530 is the total of one order, and a word in its ClientField1.
    assert found(filed, Sought("2,530", yen=2530)) == ["T1000-Ab"]


def test_an_amount_that_only_the_gateway_names_is_found(filed: Database) -> None:
    with filed.writing() as session:
        order = session.exec(select(Order).where(Order.order_id == "T1000-Ab")).one()
        order.amount = order.tax = None
        order.said_amount, order.said_tax, order.filed = 500_000, 50_000, NOT_FILED
    file_all(filed)
    assert found(filed, Sought(yen=500_000)) == found(filed, Sought(yen=550_000)) == ["T1000-Ab"]
    assert found(filed, Sought(yen=2300)) == []


def test_a_day_finds_what_was_made_or_paid_then(filed: Database) -> None:
    paid = datetime(2026, 3, 1, 16, tzinfo=UTC)  # in Japan the 2nd
    with filed.writing() as session:
        order = session.exec(select(Order).where(Order.order_id == "T1005-Ab")).one()
        order.status, order.status_at, order.filed = "PAYSUCCESS", paid, NOT_FILED
    file_all(filed)
    assert found(filed, Sought(day=date(2026, 3, 2))) == ["T1005-Ab"]
    assert found(filed, Sought(day=date(2026, 3, 1))) == []
    today = now().astimezone(JST).date()
    assert len(found(filed, Sought(day=today))) == len(NAMES)
    assert found(filed, Sought(day=today), Sought("邊")) == []
    assert found(filed, Sought(day=today), Sought(yen=2305)) == ["T1005-Ab"]


def test_another_environment_is_not_searched(filed: Database) -> None:
    assert found(filed, Sought("s1003"), environment=SANDBOX) == ["S1003-Ab"]
    assert found(filed, Sought("s1003")) == []
    assert found(filed, Sought(yen=2303), environment=SANDBOX) == ["S1003-Ab"]


def test_what_a_verified_callback_says_finds_its_order(filed: Database) -> None:
    said = [("ClientField2", "小林 一茶"), ("ErrCode", "NC2"), ("ErrInfo", "NC2000007")]
    with filed.writing() as session:
        orders = session.exec(select(Order).where(Order.environment == TEST)).all()
        for order, verdict in zip(orders, (Verdict.VERIFIED, Verdict.MISMATCH), strict=False):
            body = encode_form([("OrderID", order.order_id), *said])
            session.add(Callback(body=body, verdict=verdict, order_key=order.id))
            order.filed = NOT_FILED
    file_all(filed)
    assert found(filed, Sought("小林")) == found(filed, Sought("nc2000007")) == ["T1000-Ab"]


def test_a_new_fold_files_every_order_anew(
    filed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.records.order_search.squeezed", lambda text: text[::-1])
    monkeypatch.setattr("app.records.order_search.VERSION", VERSION + 1)
    with filed.reading() as session:
        assert number_waiting(session, 5) == 5
        assert number_waiting(session, 100) == 2 * len(NAMES)
    file_all(filed)
    assert found(filed, Sought("bA-3001T")) == ["T1003-Ab"]
    assert found(filed, Sought("t1003")) == []


def test_who_is_deleted_is_not_found(filed: Database) -> None:
    with filed.writing() as session:
        session.connection().execute(delete(Order).where(col(Order.order_id) == "T1003-Ab"))
    assert found(filed, Sought("1003")) == []
    with filed.reading() as session:
        assert len(session.exec(select(OrderSearch)).all()) == 2 * len(NAMES) - 1


def test_pages_of_what_is_found_follow_each_other(filed: Database) -> None:
    def page(place: Place) -> Page[Order]:
        with filed.reading() as session:
            wanted = OrderFilter(TEST, words=(Sought("ab"),))
            return orders_page(session, wanted, place, size=4)

    first = page(Place())
    second = page(Place(before=first.rows[-1].id))
    third = page(Place(before=second.rows[-1].id))
    there = [order.order_id for one in (first, second, third) for order in one.rows]
    assert there == by_reading(filed, "ab")
    assert (first.newer, first.older, third.newer, third.older) == (False, True, True, False)
    back = page(Place(after=third.rows[0].id))
    assert [order.id for order in back.rows] == [order.id for order in second.rows]


@pytest.mark.parametrize(
    "sought",
    [(Sought("花"),), (Sought("1003-ab", yen=3, day=date(2026, 1, 1)), Sought("花子"))],
    ids=["a character", "two words, each in several ways"],
)
def test_a_search_reads_its_grams_and_no_other_orders(
    filed: Database, sought: tuple[Sought, ...]
) -> None:
    plan = _plan(filed, OrderFilter(TEST, words=sought))
    if filed.is_sqlite:
        assert "SCAN order_grams VIRTUAL TABLE" in plan
        assert "TEMP B-TREE" not in plan
        assert "SCAN orders" not in plan
    else:
        assert "ix_order_search_grams" in plan


def _plan(database: Database, wanted: OrderFilter) -> str:
    """How the database goes about a page of what is found."""
    with database.reading() as session:
        if not database.is_sqlite:
            # A table this small would be read whole.
            for way in ("seqscan", "indexscan"):
                session.connection().execute(text(f"SET LOCAL enable_{way} = off"))
        return plan_of(session, lambda: orders_page(session, wanted, Place()))
