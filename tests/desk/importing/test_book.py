"""The shop's own list: what it makes possible to confirm, and what it never does."""

from __future__ import annotations

import pytest
from sqlmodel import select

from app.desk.importing.book import (
    NO_AMOUNT_COLUMN,
    BookRefused,
    BookTaken,
    read_book,
    take_book,
)
from app.desk.permissions import NotPermitted
from app.protocol.statuses import Status
from app.records.changes import Effect, changes_of
from app.records.orders import Conflict, Order, Origin
from app.records.shops import Environment, Shop
from tests.desk.callbacks.cast import body, bring
from tests.desk.conftest import PASSWORD, Stage, found

pytestmark = pytest.mark.anyio

LIST = "OrderID,Amount,Tax,Customer\nB1,1000,80,山田\n"


def order_of(stage: Stage, order_id: str = "B1") -> Order:
    with stage.desk.database.reading() as session:
        order: Order = session.exec(select(Order).where(Order.order_id == order_id)).one()
    return order


def taken(stage: Stage, text: str = LIST) -> BookTaken:
    return take_book(stage.desk.database, stage.actor, stage.shop, read_book(text.encode()))


async def looked_up(stage: Stage, *, amount: int = 1000) -> Order:
    await stage.ask("B1", found("PAYSUCCESS", amount=amount))
    return order_of(stage)


async def test_a_foreign_order_is_confirmed_by_the_lookup_and_the_book_together(
    stage: Stage,
) -> None:
    order = await looked_up(stage)
    assert (order.status, order.money, order.amount) == (Status.PAYSUCCESS, "reported", None)
    first, again = taken(stage), taken(stage)
    assert (first.met, first.confirmed, again.confirmed, again.contradicted) == (1, 1, 0, [])
    order = order_of(stage)
    assert (order.money, order.total, order.is_by_book) == ("confirmed", 1080, True)
    with stage.desk.database.reading() as session:
        assert [one.effect for one in changes_of(session, order.id)][-1] is Effect.CONFIRMED


async def test_a_book_that_came_first_lets_the_lookup_confirm(stage: Stage) -> None:
    assert taken(stage).met == 0
    assert (await looked_up(stage)).money == "confirmed"


async def test_another_amount_than_the_books_is_a_conflict(stage: Stage) -> None:
    await looked_up(stage, amount=999)
    assert taken(stage).confirmed == 0
    order = order_of(stage)
    assert (order.conflict, order.money) == (Conflict.AMOUNT, "reported")


async def test_what_only_a_result_reports_waits_for_the_lookup(stage: Stage) -> None:
    taken(stage)
    raw = body("B1", password=PASSWORD, shop=stage.shop.shop_id)
    await bring(stage.desk, raw)
    order = order_of(stage)
    assert (order.origin, order.amount, order.confirmed_at) == (Origin.CALLBACK, 1000, None)
    assert order.lookup_due_at is not None


async def test_a_book_changes_nothing_of_an_order_made_here_or_confirmed(stage: Stage) -> None:
    made = stage.open(OrderID="B1")
    assert taken(stage, LIST.replace("1000", "5000")).met == 0
    assert order_of(stage).amount == made.amount
    await stage.ask("B2", found("PAYSUCCESS"))
    assert taken(stage, LIST.replace("B1", "B2")).confirmed == 1
    later = taken(stage, LIST.replace("B1", "B2").replace("1000", "2000"))
    assert later.contradicted == ["B2"]
    assert (order_of(stage, "B2").amount, order_of(stage, "B2").money) == (1000, "confirmed")


def test_a_list_is_read_as_people_write_it() -> None:
    text = "注文番号\t金額\t備考\nＡ１００１\t￥1,200\t-\n\nA1002\t980円\t\n"
    for charset in ("utf-8-sig", "cp932", "utf-16"):
        lines = read_book(text.encode(charset))
        assert [(one.number, one.order_id, one.amount, one.tax) for one in lines] == [
            (2, "A1001", 1200, 0),
            (4, "A1002", 980, 0),
        ]


def test_a_total_holds_the_tax_that_stands_beside_it() -> None:
    for head, row, money in (
        ("合計金額,消費税", "1080,80", (1000, 80)),
        ("金額,消費税", "1080,80", (1080, 80)),
        ("商品代金,消費税", "1000,80", (1000, 80)),
        ("小計,合計,消費税", "1000,1580,80", (1500, 80)),
    ):
        (line,) = read_book(f"OrderID,{head}\nA1,{row}\n".encode())
        assert (line.amount, line.tax) == money


def test_an_amount_without_its_tax_is_none_where_the_tax_stands_nowhere() -> None:
    with pytest.raises(BookRefused) as refused:
        read_book("注文番号,小計\nA1,1000\n".encode())
    assert refused.value.problems == [(1, NO_AMOUNT_COLUMN)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [1]),
        ("Number,Sum\nA1,1\n", [1]),
        ("A1,1\nA2,2\n", [1]),
        ("OrderID,Amount\n", [1]),
        ("OrderID,Amount\nA1,x\nA 2,1\nA3,1\nA3,2\n", [2, 3, 5]),
        ("OrderID,Amount\nA1\n", [2]),
        ("OrderID,Amount\nA1,99999999999999999999\n", [2]),
    ],
)
def test_a_list_that_is_wrong_anywhere_is_refused_whole_by_its_lines(
    text: str, lines: list[int]
) -> None:
    with pytest.raises(BookRefused) as refused:
        read_book(text.encode())
    assert [number for number, _ in refused.value.problems] == lines


async def test_in_production_a_list_is_taken_by_whoever_may_act_there(stage: Stage) -> None:
    shop = Shop(
        shop_id="9200000000001",
        environment=Environment.PRODUCTION,
        name="Shop",
        password=PASSWORD,
    )
    with pytest.raises(NotPermitted):
        take_book(stage.desk.database, stage.actor, shop, read_book(LIST.encode()))
