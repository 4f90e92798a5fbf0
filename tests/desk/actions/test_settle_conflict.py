"""A conflict ends when a person says whom to believe, and why."""

from datetime import timedelta

import pytest

from app.desk.actions import Action, LockReason, NextStep, NotPossible
from app.desk.actions.settle_conflict import (
    ComesBack,
    NoLookupToBelieve,
    Outcome,
    ReasonMissing,
    Settlement,
    outcomes,
    settle_conflict,
)
from app.desk.status.updates import StatusReport, Terms, apply_report
from app.protocol.statuses import Status
from app.records.accounts import audit_entries_of
from app.records.exchanges import exchanges_of
from app.records.orders import Conflict, Order, Origin, Source
from app.records.shops import Confirmation
from tests.desk.conftest import SILENCE, Stage, found, refused

pytestmark = pytest.mark.anyio

HOUR = timedelta(minutes=61)
PAID = StatusReport(Source.CALLBACK, Status.PAYSUCCESS)


def settled(
    stage: Stage,
    order: Order,
    believe: Settlement,
    reason: str = "checked by phone",
    *,
    knowing: bool = True,
) -> Order:
    return settle_conflict(stage.desk, stage.actor, order.id, believe, reason, knowing=knowing)


def ways_out(stage: Stage, order: Order) -> dict[str, Outcome]:
    with stage.desk.database.reading() as session:
        fresh, exchanges = session.get_one(Order, order.id), exchanges_of(session, order.id)
        settle = stage.desk.settings.gateway_settle
        return {one.believe: one for one in outcomes(session, fresh, exchanges, settle)}


async def reported(stage: Stage) -> Order:
    order = await stage.requested()
    with stage.desk.database.writing() as session:
        fresh = session.get_one(Order, order.id)
        apply_report(session, fresh, PAID, Terms(Confirmation.AT_ONCE))
    return stage.order(order)


async def contradicted(stage: Stage, *lookup: bytes) -> Order:
    return await stage.look_up(await reported(stage), *(lookup or (found("PAYFAIL"),)))


async def test_believing_the_lookup_takes_its_word(any_stage: Stage) -> None:
    order = settled(any_stage, await contradicted(any_stage), "lookup")
    assert (order.status, order.source, order.conflict) == ("PAYFAIL", Source.LOOKUP, None)
    assert order.confirmed_at is not None
    assert order.executed_at is not None, "what the customer is told depends on it"
    change = any_stage.changes(order)[-1]
    assert (change.effect, change.from_status, change.to_status) == (
        "settled",
        "PAYSUCCESS",
        "PAYFAIL",
    )
    assert (change.user_key, change.reason) == (any_stage.actor.user_key, "checked by phone")
    assert any_stage.decision(order).next_step is NextStep.NEW_ORDER_ID


async def test_keeping_what_we_had_leaves_the_claim_and_asks_for_nothing_more(
    stage: Stage,
) -> None:
    order = settled(stage, await contradicted(stage), "keep")
    assert (order.status, order.source, order.conflict) == (
        "PAYSUCCESS",
        Source.CALLBACK,
        None,
    )
    assert order.money == "reported"
    assert stage.decision(order).next_step is NextStep.NOTHING
    with stage.desk.database.reading() as session:
        assert audit_entries_of(session, order.id)[-1].action == "settle"


async def test_an_amount_that_was_accepted_is_not_confirmed_and_not_raised_again(
    stage: Stage,
) -> None:
    order = await contradicted(stage, found("PAYSUCCESS", 900))
    assert order.conflict is Conflict.AMOUNT
    order = settled(stage, order, "lookup")
    assert (order.status, order.source, order.money) == ("PAYSUCCESS", Source.LOOKUP, "reported")
    stage.time_passes(HOUR)
    order = await stage.look_up(order, found("PAYSUCCESS", 900))
    assert (order.conflict, order.money) == (None, "reported")
    stage.time_passes(HOUR)
    order = await stage.look_up(order, found("PAYSUCCESS", 901))
    assert order.conflict is Conflict.AMOUNT


@pytest.mark.parametrize("believe", ["lookup", "keep"])
async def test_somebody_elses_number_leads_to_a_new_one_whatever_is_believed(
    stage: Stage, believe: Settlement
) -> None:
    order = await stage.register(stage.open())
    order = settled(stage, await stage.look_up(order, found("UNPROCESSED", 5)), believe)
    decision = stage.decision(order)
    assert decision.next_step is NextStep.NEW_ORDER_ID
    assert not decision.possible & {Action.REGISTER, Action.EXECUTE}


async def test_believing_that_an_order_is_not_registered_frees_its_number(stage: Stage) -> None:
    order = await stage.look_up(await stage.requested(), refused("M01004002"))
    order = settled(stage, order, "lookup")
    assert (order.status, order.source) == ("unknown", Source.LOOKUP)
    assert stage.decision(order).next_step is NextStep.REGISTER_AGAIN
    trade = (order.access_id, order.access_pass, order.token, order.start_url)
    assert trade == (None, None, None, None)
    assert order.executed_at is None


async def test_what_the_gateway_says_was_never_executed_counts_as_never_executed(
    stage: Stage,
) -> None:
    order = await reported(stage)
    for _ in range(2):  # once it may only lag behind
        order = await stage.look_up(order, found("UNPROCESSED"))
        stage.time_passes(HOUR)
    order = settled(stage, order, "lookup")
    assert (order.status, order.executed_at) == ("UNPROCESSED", None)


async def test_a_lookup_from_before_the_conflict_cannot_be_believed(stage: Stage) -> None:
    order = await stage.registered()
    await stage.look_up(order, found("UNPROCESSED"))
    with stage.desk.database.writing() as session:
        fresh = session.get_one(Order, order.id)
        apply_report(session, fresh, PAID, Terms(Confirmation.AT_ONCE))
    with pytest.raises(NoLookupToBelieve):
        settled(stage, order, "lookup")
    assert stage.order(order).conflict is Conflict.NEVER_EXECUTED


async def test_where_no_lookup_has_answered_none_can_be_believed(stage: Stage) -> None:
    order = await stage.registered()
    with stage.desk.database.writing() as session:
        apply_report(session, session.get_one(Order, order.id), PAID, Terms(Confirmation.AT_ONCE))
    with pytest.raises(NoLookupToBelieve):
        settled(stage, order, "lookup")


async def test_without_a_reason_or_a_conflict_nothing_is_settled(stage: Stage) -> None:
    order = await contradicted(stage)
    with pytest.raises(ReasonMissing):
        settled(stage, order, "keep", "  ")
    settled(stage, order, "keep")
    with pytest.raises(NotPossible):
        settled(stage, order, "keep")


COMES_BACK = [
    ("another end", [found("PAYFAIL")], True),
    ("no such order", [refused("M01004002")], True),
    ("figures that count as seen", [found("PAYSUCCESS", 900)], False),
]


@pytest.mark.parametrize(("lookup", "back"), [row[1:] for row in COMES_BACK])
async def test_keeping_what_the_gateway_goes_on_denying_needs_to_be_known(
    stage: Stage, lookup: list[bytes], back: bool
) -> None:
    order = await contradicted(stage, *lookup)
    assert ways_out(stage, order)["keep"].comes_back is back
    if back:
        with pytest.raises(ComesBack):
            settled(stage, order, "keep", knowing=False)
        assert stage.order(order).conflict is not None
    settled(stage, order, "keep", knowing=back)
    stage.time_passes(HOUR)
    again = await stage.look_up(order, *lookup)
    assert (again.conflict is not None) is back


async def test_each_way_out_says_what_it_comes_to(stage: Stage) -> None:
    order = await contradicted(stage, found("PAYFAIL"))
    assert ways_out(stage, order) == {
        "lookup": Outcome("lookup", "PAYFAIL", confirmed=True, comes_back=False, amount_next=False),
        "keep": Outcome("keep", "PAYSUCCESS", confirmed=False, comes_back=True, amount_next=False),
    }
    with pytest.raises(ComesBack):
        settle_conflict(stage.desk, stage.actor, order.id, "keep", "nobody was told")


async def test_between_two_callbacks_there_is_one_way_out_and_it_lasts(stage: Stage) -> None:
    order = await reported(stage)
    with stage.desk.database.writing() as session:
        refusal = StatusReport(Source.CALLBACK, Status.PAYFAIL)
        fresh = session.get_one(Order, order.id)
        apply_report(session, fresh, refusal, Terms(Confirmation.AT_ONCE))
    [kept] = ways_out(stage, order).values()
    assert (kept.believe, kept.comes_back) == ("keep", False)
    assert settled(stage, order, "keep", knowing=False).conflict is None


async def test_a_gateway_that_goes_on_lagging_is_told_before_the_claim_is_kept(
    stage: Stage,
) -> None:
    order = await reported(stage)
    for _ in range(2):
        order = await stage.look_up(order, found("UNPROCESSED"))
        stage.time_passes(HOUR)
    assert order.conflict is Conflict.LAGGING
    assert ways_out(stage, order)["keep"].comes_back


async def test_somebody_elses_trade_is_kept_away_for_good_while_it_stays_as_it_is(
    stage: Stage,
) -> None:
    order = await stage.register(stage.open(), *SILENCE)
    order = await stage.look_up(order, found("UNPROCESSED", 5))
    assert order.conflict is Conflict.FOREIGN
    assert not ways_out(stage, order)["keep"].comes_back
    settled(stage, order, "keep", knowing=False)


async def test_what_only_callbacks_named_is_put_aside_for_good(stage: Stage) -> None:
    with stage.desk.database.writing() as session:
        order = Order(
            shop_key=stage.shop.id,
            environment=stage.shop.environment,
            order_id="NEVER-HERE",
            origin=Origin.CALLBACK,
        )
        session.add(order)
    order = await stage.look_up(order, refused("M01004002"))
    assert order.conflict is Conflict.NOT_REGISTERED
    assert not ways_out(stage, order)["keep"].comes_back
    assert settled(stage, order, "keep", knowing=False).conflict is None


async def test_a_payment_nobody_here_requested_is_not_kept_away_unknowingly(stage: Stage) -> None:
    order = await stage.registered()
    with stage.desk.database.writing() as session:
        apply_report(session, session.get_one(Order, order.id), PAID, Terms(Confirmation.AT_ONCE))
    await stage.look_up(order, found("PAYSUCCESS"))
    with pytest.raises(ComesBack):
        settled(stage, order, "keep", knowing=False)


async def test_a_forged_callback_that_the_gateway_denies_is_put_aside_for_good(
    stage: Stage,
) -> None:
    order = await stage.registered()
    with stage.desk.database.writing() as session:
        apply_report(session, session.get_one(Order, order.id), PAID, Terms(Confirmation.AT_ONCE))
    await stage.look_up(order, found("UNPROCESSED"))
    assert not ways_out(stage, order)["keep"].comes_back
    settled(stage, order, "keep", knowing=False)


@pytest.mark.parametrize("believe", ["lookup", "keep"])
@pytest.mark.parametrize(
    "lookup",
    [found("PAYFAIL"), found("EXPIRED"), found("PAYSUCCESS", 900), refused("M01004002")],
    ids=["not paid", "expired", "another amount", "not registered"],
)
async def test_what_is_told_before_the_choice_is_what_becomes_of_the_order(
    stage: Stage, lookup: bytes, believe: Settlement
) -> None:
    order = await contradicted(stage, lookup)
    told = ways_out(stage, order)[believe]
    after = settled(stage, order, believe)
    assert (after.status, after.confirmed_at is not None) == (told.status, told.confirmed)


async def test_figures_in_another_currency_are_not_confirmed_by_being_believed(
    stage: Stage,
) -> None:
    dollars = found("PAYSUCCESS").replace(b"Currency=JPN", b"Currency=USD")
    order = await contradicted(stage, dollars)
    assert order.conflict is Conflict.AMOUNT
    assert settled(stage, order, "lookup").money == "reported"


async def test_an_order_kept_against_a_payment_is_not_sent_to_be_requested_again(
    stage: Stage,
) -> None:
    order = await stage.registered()
    order = settled(stage, await stage.look_up(order, found("PAYSUCCESS")), "keep")
    decision = stage.decision(order)
    assert decision.locked[Action.EXECUTE].reason is LockReason.GONE_FURTHER
    assert (decision.next_step, decision.due_at) == (NextStep.WAIT_UNTIL_DUE, order.lookup_due_at)
    stage.time_passes(HOUR)
    assert stage.decision(order).next_step is NextStep.ASK_GATEWAY
    order = await stage.look_up(order, found("UNPROCESSED"))
    assert stage.decision(order).next_step is NextStep.EXECUTE


async def test_another_amount_that_is_decided_next_is_said_before_the_choice(stage: Stage) -> None:
    order = await stage.look_up(await stage.requested(), found("PAYFAIL"))
    with stage.desk.database.writing() as session:
        apply_report(session, session.get_one(Order, order.id), PAID, Terms(Confirmation.AT_ONCE))
    order = await stage.look_up(order, found("PAYSUCCESS", 580))
    assert order.conflict is Conflict.STATUS
    assert all(way.amount_next for way in ways_out(stage, order).values())
    order = settled(stage, order, "lookup")
    assert order.conflict is Conflict.AMOUNT
    assert not any(way.amount_next for way in ways_out(stage, order).values())
