"""A case is about orders that are here, of one environment, and has a number of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.desk.cases.deeds import CaseRefused, close_case, decide_case
from app.desk.cases.opening import CaseDraft, add_order, open_case
from app.records.cases import Case, CaseState
from app.records.orders import Order
from app.records.shops import Environment
from tests.desk.cases.conftest import Investigation
from tests.desk.conftest import Stage, found, refused

pytestmark = pytest.mark.anyio


def opened(stage: Stage, order_ids: str) -> Case:
    draft = CaseDraft("status-unclear", "", order_ids)
    return open_case(stage.desk, stage.actor, draft, Environment.TEST)


async def test_cases_opened_at_once_have_each_its_own_number(any_stage: Stage) -> None:
    any_stage.open()
    with ThreadPoolExecutor(4) as pool:
        cases = list(pool.map(lambda _: opened(any_stage, "A1001"), range(4)))
    assert sorted(case.number for case in cases) == [1, 2, 3, 4]


async def test_numbers_are_read_as_people_write_them(stage: Stage) -> None:
    for number in ("A1001", "A1002"):
        stage.open(OrderID=number)
    assert opened(stage, "Ａ１００１、A1002, A1001").number == 1
    for wrong in ("", "nobody", " ".join(f"A{number}" for number in range(21))):
        with pytest.raises(CaseRefused) as refusal:
            opened(stage, wrong)
        assert "OrderID" in refusal.value.problems


async def test_a_number_of_two_shops_is_named_with_its_shop(stage: Stage) -> None:
    order = stage.open()
    with stage.desk.database.writing() as session:
        shop = session.merge(stage.shop)
        other = type(shop)(
            shop_id="tshop00000078", environment=shop.environment, name="", password="x"
        )
        session.add(other)
        session.flush()
        session.add(Order(shop_key=other.id, environment=shop.environment, order_id="A1001"))
    with pytest.raises(CaseRefused):
        opened(stage, "A1001")
    case = opened(stage, f"{stage.shop.shop_id}/A1001")
    add_order(stage.desk, stage.actor, case.id, "tshop00000078/A1001")
    assert order.order_id == "A1001"


async def closed(one: Investigation) -> None:
    decide_case(one.stage.desk, one.operator, one.case.id, "Nothing to do")
    close_case(one.stage.desk, one.operator, one.case.id)
    assert one.case_now().state is CaseState.CLOSED


async def test_a_lookup_that_says_otherwise_opens_a_closed_case_again(
    investigation: Investigation,
) -> None:
    await closed(investigation)
    stage, order = investigation.stage, investigation.order
    # That it says the same once more is no news.
    await stage.look_up(order, found("PAYSUCCESS"), reason="again")
    assert investigation.case_now().state is CaseState.CLOSED
    await stage.look_up(order, found("PAYFAIL"), reason="once more")
    assert investigation.case_now().state is CaseState.OPEN
    assert investigation.case_now().stirred_at


async def test_so_does_one_that_no_longer_knows_the_order(investigation: Investigation) -> None:
    await closed(investigation)
    stage, order = investigation.stage, investigation.order
    await stage.look_up(order, refused("M01004002"), reason="again")
    assert investigation.case_now().state is CaseState.OPEN
