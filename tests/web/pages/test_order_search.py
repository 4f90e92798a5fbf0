"""Finding an order by what a caller can say, and what the list says of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.clock import now
from app.protocol.checkstring import Verdict
from app.protocol.wire import JST
from app.records.derived_columns import NOT_FILED
from app.records.keys import key_at
from app.records.orders import Conflict, Order, Source
from app.records.shops import Environment
from tests.filing import file_all
from tests.web.pages.rows import a_callback, an_order, sandbox_shop, stored
from tests.web.pages.test_orders import another_shop, listed

pytestmark = pytest.mark.anyio

YESTERDAY = now() - timedelta(days=1)
DAY = YESTERDAY.astimezone(JST).date()


@pytest.fixture
async def shown(desk_app: Starlette) -> Starlette:
    """A desk with three orders: two of today, one of yesterday."""
    made: dict[str, Any] = {"id": key_at(YESTERDAY), "created_at": YESTERDAY}
    an_order(desk_app, "A1001", amount=2300, tax=230, client_field2="髙橋 花子", **made)
    an_order(desk_app, "A1002", amount=2530, client_field1="ギフト券", client_field2="佐藤 太郎")
    an_order(desk_app, "X2530-y", amount=100, client_field2="邊見 樹")
    return desk_app


SAID = [
    ("001", ["A1001"]),
    ("a100", ["A1002", "A1001"]),
    ("2,530", ["A1002", "A1001"]),
    ("¥2530", ["A1002", "A1001"]),
    ("2530円", ["A1002", "A1001"]),
    # A bare number may be part of an OrderID as well.
    ("2530", ["X2530-y", "A1002", "A1001"]),
    ("2300", ["A1001"]),
    ("高橋", ["A1001"]),
    ("はなこ", []),
    ("橋花", ["A1001"]),
    ("渡", []),
    ("辺", ["X2530-y"]),
    ("花", ["A1001"]),
    ("ｷﾞﾌﾄ 佐藤", ["A1002"]),
    (f"{DAY:%m/%d}", ["A1001"]),
    (f"2,530 {DAY:%Y-%m-%d}", ["A1001"]),
    ("今日", ["X2530-y", "A1002"]),
]


async def test_an_order_is_found_by_what_a_caller_can_say(
    client: httpx.AsyncClient, shown: Starlette
) -> None:
    for typed, found in SAID:
        assert await listed(client, str(httpx.QueryParams({"q": typed}))) == found, typed


async def test_it_says_what_a_word_was_taken_for_and_offers_the_other_readings(
    client: httpx.AsyncClient, shown: Starlette
) -> None:
    page = (await client.get("/orders?q=2530")).text
    assert "an amount of ¥2,530, with the tax or without, or part of an OrderID" in page
    assert 'href="/orders?q=2530&amp;as=amount"' in page
    assert await listed(client, "q=2530&as=amount") == ["A1002", "A1001"]
    assert await listed(client, "q=2530&as=text") == ["X2530-y"]
    assert "Take it only as" not in (await client.get("/orders?q=佐藤")).text


async def test_where_nothing_is_found_it_says_what_was_searched_and_what_to_do(
    client: httpx.AsyncClient, shown: Starlette
) -> None:
    name = (await client.get("/orders?q=能勢")).text
    assert "No order was found for “能勢”" in name
    assert "ClientField1 to 3" in name
    assert "/lookups?OrderID=" not in name
    number = (await client.get("/orders?q=A1001-7&status=PAYFAIL")).text
    assert 'href="/lookups?OrderID=A1001-7"' in number
    assert 'href="/orders?q=A1001-7"' in number


async def test_the_list_shows_the_family_of_an_exact_number(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    for number in ("A1001", "A1001-1", "A1001-2", "A10011"):
        an_order(desk_app, number)
    for typed in ("A1001", "A1001-2", "a1001-2"):
        answer = await client.get("/orders", params={"q": typed})
        assert answer.status_code == 200
        members = re.findall(r'<li data-family="(.*?)"', answer.text)
        assert members == ["A1001", "A1001-1", "A1001-2"]
        assert "data-double-payment" not in answer.text


async def test_orders_of_a_list_name_the_other_tries_of_their_customer(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "A1001", "PAYSUCCESS")
    an_order(desk_app, "A1001-1", "PAYSUCCESS", client_field2="佐藤")
    an_order(desk_app, "B1")
    page = (await client.get("/orders?q=佐藤")).text
    assert re.findall(r'data-family="(.*?)"', page) == ["A1001"]
    assert page.count("data-double-payment") == 1
    assert (await client.get("/orders")).text.count("data-double-payment") == 2


async def test_an_orders_page_shows_its_family_and_two_payments_in_red(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    alone = an_order(desk_app, "B1", "PAYSUCCESS")
    first = an_order(desk_app, "A1001", "PAYSUCCESS")
    second = an_order(desk_app, "A1001-1", "PAYFAIL")
    third = an_order(desk_app, "A1001-2")
    assert "data-family" not in (await client.get(f"/orders/{alone.id}")).text
    for order in (first, second, third):
        page = (await client.get(f"/orders/{order.id}")).text
        members = re.findall(r'data-family="(.*?)"', page)
        assert members == ["A1001", "A1001-1", "A1001-2"]
        assert "data-double-payment" not in page
    an_order(desk_app, "A1001-3", "PAYSUCCESS")
    for order in (first, second):
        page = (await client.get(f"/orders/{order.id}")).text
        assert "data-double-payment" in page
        assert "notice-danger" in page
        assert "Ask the customer which payment is to stay." in page
        assert 'data-next-step="nothing"' not in page


async def test_nobody_who_has_paid_or_was_given_a_later_order_is_sent_to_pay_another(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    def step(page: str) -> list[str]:
        return re.findall(r'data-next-step="(.*?)"', page)

    first = an_order(desk_app, "A1001", "PAYFAIL")
    assert step((await client.get(f"/orders/{first.id}")).text) == ["new-order-id"]
    second = an_order(desk_app, "A1001-1", "EXPIRED")
    third = an_order(desk_app, "A1001-2")
    page = (await client.get(f"/orders/{first.id}")).text
    assert step(page) == ["other-try"]
    assert f'href="/orders/{third.id}"' in page
    disputed = an_order(desk_app, "A1001-5", conflict="status", conflict_at=datetime.now(UTC))
    page = (await client.get(f"/orders/{first.id}")).text
    assert f'href="/orders/{disputed.id}"' in page
    assert "What is to be done stands there" in page
    paid = an_order(desk_app, "A1001-3", "PAYSUCCESS")
    failed = an_order(desk_app, "A1001-4", "PAYFAIL")
    for order in (first, second, failed):
        page = (await client.get(f"/orders/{order.id}")).text
        assert step(page) == ["other-try"]
        assert f'href="/orders/{paid.id}"' in page
        assert "With one more order they may pay twice." in page


async def test_a_double_payment_is_listed_first_until_somebody_says_what_was_done(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    first = an_order(desk_app, "A1001", "PAYSUCCESS", tax=0)
    second = an_order(desk_app, "A1001-1", "PAYSUCCESS")
    assert 'data-attention="double-payment"' in (await client.get("/")).text
    assert await listed(client, "status=attention") == ["A1001-1"]
    address = f"/orders/{second.id}/double-payments"
    assert address in (await client.get(f"/orders/{second.id}")).text
    assert address not in (await client.get(f"/orders/{first.id}")).text
    refused = await client.post(address, data={"Reason": " "})
    assert refused.status_code == 422
    assert 'data-error-for="Reason"' in refused.text
    assert (await client.post(address, data={"Reason": "返金済み"})).status_code == 303
    assert await listed(client, "status=attention") == []
    page = (await client.get(f"/orders/{second.id}")).text
    assert "返金済み" in page
    assert "The double payment was seen to" in page
    assert "data-double-payment" in page
    assert address not in page
    assert "notice-danger" not in page


CHOSEN = [
    ("amount-from=2,530", ["A1002", "A1001"]),
    ("amount-from=100&amount-to=¥500", ["X2530-y"]),
    (f"paid-from={DAY}&paid-to={DAY}", ["A1001"]),
    (f"from={DAY}&to={DAY}", ["A1001"]),
    ("shop=tshop00000009", ["B7"]),
    ("tag=late", ["A1002"]),
    ("tag=conflict", ["X2530-y"]),
    ("sort=created", ["A1001", "A1002", "X2530-y", "B7"]),
    ("sort=-amount", ["A1002", "A1001", "B7", "X2530-y"]),
    ("sort=amount", ["X2530-y", "B7", "A1001", "A1002"]),
    ("sort=order", ["A1001", "A1002", "B7", "X2530-y"]),
    ("sort=-order", ["X2530-y", "B7", "A1002", "A1001"]),
    # Who is not paid comes last.
    ("sort=paid", ["A1001", "A1002", "X2530-y", "B7"]),
    ("sort=-paid", ["A1002", "A1001", "B7", "X2530-y"]),
    ("q=a100&sort=amount&amount-to=2530", ["A1001", "A1002"]),
    ("q=100&sort=created", ["A1001", "A1002", "X2530-y"]),
]


async def test_the_list_is_filtered_and_sorted(client: httpx.AsyncClient, shown: Starlette) -> None:
    paid_then = {"status": "PAYSUCCESS", "source": Source.CALLBACK}
    change(shown, "A1001", status_at=YESTERDAY, **paid_then)
    change(shown, "A1002", status_at=now(), **paid_then)
    change(shown, "X2530-y", conflict=Conflict.STATUS)
    order = change(shown, "A1002")
    a_callback(shown, "A1002", Verdict.VERIFIED, order_key=order, tags="duplicate late")
    a_callback(shown, "X2530-y", Verdict.VERIFIED, tags="later")
    shop = another_shop(shown, Environment.SANDBOX)
    an_order(shown, "B7", shop_key=shop.id, amount=1000)
    for query, found in CHOSEN:
        assert await listed(client, query) == found, query


def change(app: Starlette, order_id: str, **values: object) -> str:
    """Give an order other values; its key."""
    with app.state.desk.database.writing() as session:
        order = session.exec(select(Order).where(Order.order_id == order_id)).one()
        for name, value in (values | {"filed": NOT_FILED}).items():
            setattr(order, name, value)
        key: str = order.id
    file_all(app.state.desk.database)
    return key


MISREAD = [
    ("status=nonsense", "status"),
    ("from=nonsense", "from"),
    ("paid-to=2026-02-30", "paid-to"),
    ("amount-from=lots", "amount-from"),
    ("shop=nobody", "shop"),
    ("tag=nonsense", "tag"),
    ("sort=nonsense", "sort"),
    ("attention=1", "attention"),
]


async def test_a_filter_that_is_not_understood_is_named(
    client: httpx.AsyncClient, shown: Starlette
) -> None:
    for query, named in MISREAD:
        page = (await client.get(f"/orders?{query}")).text
        assert f'data-error-for="{named}"' in page
        answer = await client.get(f"/orders.csv?{query}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/orders?{query}")


async def test_the_list_counts_its_orders_and_adds_up_what_is_paid(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    paid = {"status": "PAYSUCCESS", "source": Source.CALLBACK}
    an_order(desk_app, "A1", amount=1000, tax=100, confirmed_at=now(), **paid)
    an_order(desk_app, "A2", amount=2000, **paid)
    an_order(desk_app, "A3", amount=4000, confirmed_at=now(), conflict=Conflict.AMOUNT, **paid)
    an_order(desk_app, "A4", amount=8000)
    an_order(desk_app, "B5", amount=None, said_amount=16_000, **paid)
    assert await sums(client, "") == (5, 1100, 2000)
    assert await sums(client, "q=A") == (4, 1100, 2000)
    assert await sums(client, "q=A&amount-from=1101") == (3, 0, 2000)
    assert "By the gateway's word alone ¥16,000" in (await client.get("/orders")).text


async def sums(client: httpx.AsyncClient, query: str) -> tuple[int, ...]:
    page = (await client.get(f"/orders?{query}")).text
    names = ("data-count", "data-confirmed-yen", "data-reported-yen")
    return tuple(int(re.findall(f'{name}="([0-9]+)"', page)[0]) for name in names)


async def test_a_list_too_long_to_count_says_so_and_offers_to_count_it(
    client: httpx.AsyncClient, shown: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.pages.orders.GLANCED", 2)
    page = (await client.get("/orders")).text
    assert "More than 2 orders" in page
    assert 'href="/orders?sums=all"' in page
    assert "3 orders" in (await client.get("/orders?sums=all")).text
    # What somebody has chosen is added up further than what there is.
    assert "3 orders" in (await client.get("/orders?amount-from=1")).text


async def test_a_number_is_found_before_it_is_filed_and_the_search_says_what_is_not(
    client: httpx.AsyncClient, shown: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "data-not-filed" not in (await client.get("/orders?q=能勢")).text
    monkeypatch.setattr("app.desk.orders.filing.file_waiting", lambda *_: 0)
    shop = sandbox_shop(shown)
    given: dict[str, Any] = {
        "shop_key": shop.id,
        "environment": shop.environment,
        "client_field2": "能勢",
    }
    order = stored(shown, Order(order_id="N2001-7", **given))
    assert 'data-not-filed="1"' in (await client.get("/orders?q=能勢")).text
    assert await listed(client, "q=能勢") == []
    for beginning in ("N20", "n2001-"):
        assert await listed(client, f"q={beginning}") == ["N2001-7"]
        assert "No order was found" not in (await client.get(f"/orders?q={beginning}")).text
    assert (await client.get("/orders?q=N2001-7")).headers["location"] == f"/orders/{order.id}"
    file_all(shown.state.desk.database)
    assert await listed(client, "q=能勢") == await listed(client, "q=N20") == ["N2001-7"]


async def test_no_search_breaks_the_page(client: httpx.AsyncClient, shown: Starlette) -> None:
    odd = ('"', '"" OR *', "NEAR(", "\0", "\ud7ff", "🎌" * 80, "%", "9" * 40, "-")
    for typed in odd:
        query = {"q": typed, "sort": "paid", "before": "x", "as": "day"}
        assert (await client.get("/orders", params={"q": typed})).status_code == 200
        assert (await client.get("/orders.csv", params=query)).status_code == 200
