"""All we know of one order, gathered for its page, and no secret in it."""

import pytest

from app.desk.orders.order_view import OrderView, order_view
from app.desk.orders.payment_links import create_payment_link
from app.records.orders import Order
from tests.desk.conftest import PASSWORD, TOKEN, Stage, found, refused
from tests.scripted import http

pytestmark = [pytest.mark.anyio, pytest.mark.sqlite_will_do]


def view_of(stage: Stage, order: Order) -> OrderView:
    with stage.desk.database.reading() as session:
        return order_view(session, session.get_one(Order, order.id), stage.desk.settings)


async def test_the_timeline_tells_everything_once_in_order_of_time(any_stage: Stage) -> None:
    order = await any_stage.requested()
    create_payment_link(any_stage.desk, any_stage.actor, order.id)
    await any_stage.look_up(order, found("PAYSUCCESS"))
    view = view_of(any_stage, order)
    assert [entry.kind for entry in view.timeline] == [
        "audit",
        "exchange",
        "change",
        "exchange",
        "change",
        "launch",
        "exchange",
        "change",
        "change",
    ]
    assert view.emails == {any_stage.actor.user_key: any_stage.actor.email}
    assert [entry.at for entry in view.timeline] == sorted(entry.at for entry in view.timeline)


async def test_requests_answers_and_commands_are_shown_without_secrets(stage: Stage) -> None:
    order = await stage.requested()
    await stage.look_up(order, found("REQSUCCESS"))
    await stage.look_up(order, http(f"<p>{PASSWORD}</p>".encode()), reason="again")
    shown = [
        text
        for view in view_of(stage, order).exchanges
        for text in (view.request, view.answer or "", view.curl)
    ]
    assert len(shown) == 12
    for secret in (PASSWORD, TOKEN, "b" * 32):
        assert not [text for text in shown if secret in text]


async def test_what_the_sources_say_stands_side_by_side_with_differences_marked(
    stage: Stage,
) -> None:
    order = await stage.requested(ClientField1="〜会員−12")
    order = await stage.look_up(order, found("REQSUCCESS", 900))
    facts = {fact.parameter: fact for fact in view_of(stage, order).facts}
    amount, tax, status = facts["Amount"], facts["Tax"], facts["Status"]
    assert (amount.sent, amount.lookup, amount.differs) == ("1000", "900", frozenset({"lookup"}))
    assert (tax.sent, tax.lookup, tax.differs) == ("80", "80", frozenset())
    assert (status.answered, status.lookup, status.differs) == (
        "REQSUCCESS",
        "REQSUCCESS",
        frozenset(),
    )
    assert facts["ClientField1"].differs == {"lookup"}, "it came back empty"


@pytest.mark.parametrize(
    ("sent", "back", "differs"),
    [("〜会員−12", "～会員－12", False), ("会員12", "会員13", True)],
)
async def test_characters_that_come_back_as_their_twins_are_no_difference(
    stage: Stage, sent: str, back: str, differs: bool
) -> None:
    order = await stage.requested(ClientField1=sent)
    answer = found("REQSUCCESS").partition(b"\r\n\r\n")[2]
    body = answer.replace(b"ClientField1=", b"ClientField1=" + back.encode("cp932"))
    order = await stage.look_up(order, http(body))
    fact = next(one for one in view_of(stage, order).facts if one.parameter == "ClientField1")
    assert (fact.sent, fact.lookup, bool(fact.differs)) == (sent, back, differs)


async def test_a_zero_where_no_tax_was_sent_is_no_difference(stage: Stage) -> None:
    order = await stage.requested(Tax="")
    order = await stage.look_up(order, found("REQSUCCESS", 1000, 0))
    tax = next(one for one in view_of(stage, order).facts if one.parameter == "Tax")
    assert (tax.sent, tax.lookup, tax.differs) == (None, "0", frozenset())
    assert order.conflict is None


async def test_a_lookup_that_contradicts_is_marked_and_can_be_believed(stage: Stage) -> None:
    order = await stage.look_up(await stage.requested(), found("PAYFAIL"))
    stage.time_passes(stage.desk.settings.gateway_settle)
    order = await stage.look_up(order, found("PAYSUCCESS"), reason="again")
    view = view_of(stage, order)
    assert view.facts[0].differs == {"lookup"}
    assert view.believable_lookup is not None
    assert view.believable_lookup.said_status == "PAYSUCCESS"


async def test_an_order_of_which_nothing_is_known_has_a_page_too(stage: Stage) -> None:
    view = view_of(stage, stage.open())
    assert [entry.kind for entry in view.timeline] == ["audit"]
    assert view.facts[0].lookup is None
    refusal = await stage.look_up(view.order, refused("M01004002"))
    assert view_of(stage, refusal).facts[1].lookup is None
