"""Opening an order: one form makes one, checks hold on the server, numbers are never used twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from app.desk.orders.transactions import (
    AlreadyHere,
    Draft,
    DraftRefused,
    NoSuchShop,
    check,
    next_number,
    open_order,
    suggest_order_id,
)
from app.protocol.fields import Reason
from app.records.accounts import audit_entries_of
from app.records.shops import Shop
from tests.desk.conftest import RET_URL, Stage, refused

pytestmark = pytest.mark.anyio

LATE = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
"""Half past midnight in Japan, on the 24th."""


def draft(**values: str) -> Draft:
    typed = {"OrderID": "A1001", "Amount": "1000", "Tax": "80", "RetURL": RET_URL}
    return Draft(**({"shop_key": "s", "form_key": "f"} | typed | values))


@pytest.mark.parametrize(
    ("parameter", "value", "reason"),
    [
        ("OrderID", "", Reason.MISSING),
        ("OrderID", "A" * 28, Reason.TOO_LONG),
        ("OrderID", "Ａ１", Reason.ILLEGAL_CHARACTER),
        ("OrderID", "A_1", Reason.ILLEGAL_CHARACTER),
        ("OrderID", "ML-ORDER-1", Reason.RESERVED),
        ("Amount", "", Reason.MISSING),
        ("Amount", "0", Reason.OUT_OF_RANGE),
        ("Amount", "200001", Reason.OUT_OF_RANGE),
        ("Amount", "１０００", Reason.NOT_A_NUMBER),
        ("Amount", "-1", Reason.NOT_A_NUMBER),
        ("Amount", "199999", Reason.TOTAL_OUT_OF_RANGE),
        ("Tax", "x", Reason.NOT_A_NUMBER),
        ("RetURL", "", Reason.MISSING),
        ("RetURL", "https://shop.example/" + "x" * 236, Reason.TOO_LONG),
        ("RetURL", "javascript:alert(1)", Reason.NOT_HTTP),
        ("RetURL", "/return", Reason.NOT_HTTP),
        ("ClientField1", "🎁", Reason.ILLEGAL_CHARACTER),
        ("ClientField2", "あ" * 51, Reason.TOO_LONG),
        ("ClientField3", "a|b", Reason.ILLEGAL_CHARACTER),
    ],
)
def test_what_the_gateway_or_we_would_refuse_is_named_beside_its_field(
    parameter: str, value: str, reason: Reason
) -> None:
    problems = check(draft(**{parameter: value}))
    assert (parameter, reason) in [(one.parameter, one.reason) for one in problems]


def test_every_problem_is_named_once_in_the_order_of_the_form() -> None:
    problems = check(draft(ClientField1="~", OrderID="!" * 28, Amount="x"))
    assert [(one.parameter, one.reason) for one in problems] == [
        ("OrderID", Reason.TOO_LONG),
        ("OrderID", Reason.ILLEGAL_CHARACTER),
        ("Amount", Reason.NOT_A_NUMBER),
        ("ClientField1", Reason.ILLEGAL_CHARACTER),
    ]


async def test_a_draft_with_a_problem_opens_nothing_whoever_sends_it(stage: Stage) -> None:
    wrong = stage.draft(OrderID="ML-ORDER-1")
    with pytest.raises(DraftRefused) as refusal:
        open_order(stage.desk, stage.actor, wrong)
    assert refusal.value.problems == check(wrong)
    assert stage.order_numbered("ML-ORDER-1") is None


async def test_an_order_keeps_what_was_typed_and_who_typed_it(stage: Stage) -> None:
    order = stage.open(Tax="", ClientField1="会員番号 12")
    assert (order.order_id, order.amount, order.tax) == ("A1001", 1000, None)
    assert (order.ret_url, order.client_field1, order.client_field2) == (
        RET_URL,
        "会員番号 12",
        None,
    )
    with stage.desk.database.reading() as session:
        (entry,) = audit_entries_of(session, order.id)
    assert (entry.action, entry.email) == ("create", stage.actor.email)


async def test_the_same_form_sent_fifty_times_at_once_makes_one_order(any_stage: Stage) -> None:
    typed = any_stage.draft()
    with ThreadPoolExecutor(8) as pool:
        results = list(
            pool.map(lambda _: open_order(any_stage.desk, any_stage.actor, typed), range(50))
        )
    assert len({order.id for order, _ in results}) == 1
    assert [new for _, new in results].count(True) == 1


async def test_the_same_number_from_two_forms_at_once_makes_one_order(any_stage: Stage) -> None:
    def attempt(_: int) -> bool:
        try:
            return open_order(any_stage.desk, any_stage.actor, any_stage.draft())[1]
        except AlreadyHere as already:
            return already.order.order_id != "A1001"

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(attempt, range(20))).count(True) == 1


async def test_a_shop_that_is_missing_or_switched_off_takes_no_orders(stage: Stage) -> None:
    with pytest.raises(NoSuchShop):
        open_order(stage.desk, stage.actor, stage.draft(shop_key="nowhere"))
    with stage.desk.database.writing() as session:
        session.get_one(Shop, stage.shop.id).gateway_url = None
    with pytest.raises(NoSuchShop):
        stage.open()


async def test_lookups_that_came_before_the_order_belong_to_it(stage: Stage) -> None:
    await stage.ask("A1001", refused("M01004002"))
    order = stage.open()
    assert [exchange.order_id for exchange in stage.exchanges(order)] == ["A1001"]


async def test_numbers_are_suggested_by_prefix_day_in_japan_and_sequence(stage: Stage) -> None:
    def suggestion() -> str:
        with stage.desk.database.reading() as session:
            return suggest_order_id(session, session.get_one(Shop, stage.shop.id), LATE)

    assert suggestion() == "20261124-001"
    stage.open(OrderID="20261124-001")
    assert suggestion() == "20261124-002"
    stage.open(OrderID="20261124-002-tamper")
    assert suggestion() == "20261124-003"
    stage.open(OrderID="20261124-009-1")
    assert suggestion() == "20261124-010"
    with stage.desk.database.writing() as session:
        session.get_one(Shop, stage.shop.id).order_prefix = "WEB-"
    assert suggestion() == "WEB-20261124-001"


@pytest.mark.parametrize(
    ("taken", "asked", "number"),
    [
        ([], "A1001", "A1001-1"),
        (["A1001-1"], "A1001", "A1001-2"),
        (["A1001-1"], "A1001-1", "A1001-2"),
        (["A1001-9"], "A1001-2", "A1001-10"),
        (["A1001-1-late5"], "A1001", "A1001-2"),
        ([], "20261124-001", "20261124-001-1"),
        ([], "ORDER-timeout", "ORDER-timeout-1"),
        ([], "A" * 27, "A" * 24 + "-1"),
        (["A" * 24 + "-99"], "A" * 27, "A" * 23 + "-100"),
    ],
)
async def test_the_next_try_of_a_customer_has_the_next_number(
    stage: Stage, taken: list[str], asked: str, number: str
) -> None:
    for order_id in taken:
        stage.open(OrderID=order_id)
    with stage.desk.database.reading() as session:
        assert next_number(session, stage.shop.id, asked) == number
