"""Asking item by item: each once, at most four at a time, and what each row comes to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import select

from app.clock import now
from app.desk.batches.answers import RESTS
from app.desk.batches.deeds import Given, begin_batch, pause, resume, start, stop
from app.desk.batches.judging import judge
from app.desk.batches.runner import BatchRunner
from app.desk.batches.turns import take_turn
from app.desk.gateway_calls.scheduled_lookups import AT_ONCE, LookupScheduler
from app.desk.gateway_calls.send import complete
from app.gateway import INTERRUPTED
from app.protocol.messages import Call
from app.records.batch_items import lines_after
from app.records.batches import Batch, BatchItem, BatchState, PausedBy
from app.records.exchanges import Exchange
from app.records.orders import Order
from app.records.shops import OurShops, Shop
from tests.desk.conftest import Stage, found, refused, staged
from tests.scripted import Step
from tests.waiting import until

pytestmark = pytest.mark.anyio

MISSING, TOO_MANY, WRONG_PASSWORD = "M01004002", "E92000001", "M01002002"
TEN = "\n".join(f"B{at:02d}" for at in range(10))


def judged(stage: Stage, text: str, reason: str = "") -> str:
    """A list that has been judged and waits to be started."""
    given = Given(stage.shop.environment, text.encode(), reason=reason)
    key = begin_batch(stage.desk.database, stage.actor, given)
    judge(stage.desk.database, OurShops(sandbox_on=True), key)
    return key


def started(stage: Stage, text: str, *script: Step, reason: str = "") -> str:
    key = judged(stage, text, reason)
    stage.says(*script)
    start(stage.desk.database, stage.actor, key)
    return key


async def asked(stage: Stage, text: str, *script: Step, reason: str = "") -> str:
    key = started(stage, text, *script, reason=reason)
    await BatchRunner(stage.desk).drain()
    return key


def rows(stage: Stage, key: str) -> Mapping[str, BatchItem]:
    with stage.desk.database.reading() as session:
        return {one.order_id: one for one in lines_after(session, key, 0, 1000)}


def verdicts(stage: Stage, key: str) -> Mapping[str, str]:
    return {number: item.verdict for number, item in rows(stage, key).items()}


def batch(stage: Stage, key: str) -> Batch:
    with stage.desk.database.reading() as session:
        return session.get_one(Batch, key)


def sent(stage: Stage) -> Sequence[str]:
    """The numbers asked about, each as often as it was."""
    with stage.desk.database.reading() as session:
        query = select(Exchange.order_id).where(Exchange.call == Call.SEARCH)
        return sorted(session.exec(query))


def rested(stage: Stage, key: str) -> None:
    """The rest after a refusal is over."""
    with stage.desk.database.writing() as session:
        session.get_one(Batch, key).rest_until = now()


async def test_a_list_is_asked_about_once_it_is_started_and_not_before(stage: Stage) -> None:
    key = judged(stage, "A1\nA2\n")
    await BatchRunner(stage.desk).drain()
    assert sent(stage) == []
    start(stage.desk.database, stage.actor, key)
    stage.says(found("PAYSUCCESS"))
    await BatchRunner(stage.desk).drain()
    assert sent(stage) == ["A1", "A2"]
    assert batch(stage, key).state is BatchState.DONE


async def test_each_row_weighs_the_book_what_was_held_and_the_answer(stage: Stage) -> None:
    await stage.requested(OrderID="A1")
    book = "OrderID,Amount,Status\nA1,1080,paid\nA2,1080,unpaid\nA3,1000,paid\nA4,1080,paid\n"
    key = await asked(stage, book, found("PAYSUCCESS"))
    assert verdicts(stage, key) == {
        "A1": "status-differs",  # no callback had told
        "A2": "paid-not-in-book",
        "A3": "amount-differs",
        "A4": "agrees",
    }
    assert rows(stage, key)["A1"].here_status == "REQSUCCESS"
    assert stage.order_numbered("A1").money == "confirmed"  # type: ignore[union-attr]


async def test_no_such_order_and_no_answer_are_told_apart(stage: Stage) -> None:
    assert verdicts(stage, await asked(stage, "A1", refused(MISSING))) == {"A1": "not-registered"}
    assert verdicts(stage, await asked(stage, "A2")) == {"A2": "no-answer"}


async def test_the_sixty_minutes_hold_for_every_order_without_a_reason(stage: Stage) -> None:
    await stage.ask("A1", refused(MISSING))
    key = await asked(stage, "A1\nA2", refused(MISSING))
    assert verdicts(stage, key) == {"A1": "not-asked", "A2": "not-registered"}
    assert rows(stage, key)["A1"].free_at is not None
    assert batch(stage, key).state is BatchState.DONE
    key = await asked(stage, "A1", refused(MISSING), reason="the customer is on the phone")
    assert verdicts(stage, key) == {"A1": "not-registered"}
    with stage.desk.database.reading() as session:
        assert session.exec(select(Exchange.reason)).all()[-1] == "the customer is on the phone"


async def test_at_most_four_are_under_way_at_once(stage: Stage) -> None:
    held = asyncio.Event()
    started(stage, TEN, held, found("PAYSUCCESS"))
    runners = [BatchRunner(stage.desk), BatchRunner(stage.desk)]
    draining = asyncio.gather(*(runner.drain() for runner in runners))
    await asyncio.to_thread(until, lambda: len(stage.gateway.requests) == AT_ONCE)
    for _ in range(5):
        turn = await stage.desk.writer.write(partial(take_turn, stage.desk, stage.shop.environment))
        assert not turn.exchanges
    assert len(sent(stage)) == AT_ONCE
    held.set()
    await draining
    assert len(sent(stage)) == len({*sent(stage)}) == 10


async def test_two_processes_ask_about_no_order_twice(any_stage: Stage) -> None:
    key = started(any_stage, TEN, found("PAYSUCCESS"))
    async with staged(any_stage.desk.database, any_stage.gateway) as other:
        await asyncio.gather(BatchRunner(any_stage.desk).drain(), BatchRunner(other.desk).drain())
    assert sent(any_stage) == TEN.split()
    assert batch(any_stage, key).state is BatchState.DONE


async def test_what_a_killed_process_had_asked_is_not_asked_again(stage: Stage) -> None:
    key = started(stage, TEN, found("PAYSUCCESS"))
    turn = await stage.desk.writer.write(partial(take_turn, stage.desk, stage.shop.environment))
    assert len(turn.exchanges) == AT_ONCE
    # Killed here: the calls may have left or not. The next start closes them as never answered.
    with stage.desk.database.writing() as session:
        for exchange in turn.exchanges:
            complete(session, exchange.id, INTERRUPTED, timedelta(0))
    await BatchRunner(stage.desk).drain()
    assert sent(stage) == TEN.split()
    assert [*verdicts(stage, key).values()].count("no-answer") == AT_ONCE
    assert batch(stage, key).state is BatchState.DONE


async def test_too_many_at_once_is_a_rest_and_no_answer(stage: Stage) -> None:
    key = await asked(stage, "A1", refused(TOO_MANY))
    assert batch(stage, key).state is BatchState.RUNNING
    assert batch(stage, key).rest_until > now()  # type: ignore[operator]
    await BatchRunner(stage.desk).drain()
    assert sent(stage) == ["A1"]
    rested(stage, key)
    stage.says(found("PAYSUCCESS"))
    await BatchRunner(stage.desk).drain()
    assert sent(stage) == ["A1", "A1"]
    assert batch(stage, key).state is BatchState.DONE


async def test_a_gateway_that_goes_on_refusing_makes_it_pause(stage: Stage) -> None:
    key = started(stage, "A1", refused(TOO_MANY))
    for _ in range(len(RESTS) + 1):
        rested(stage, key)
        await BatchRunner(stage.desk).drain()
    paused = batch(stage, key)
    assert (paused.state, paused.paused_by) == (BatchState.PAUSED, PausedBy.GATEWAY_AWAY)
    stage.says(found("PAYSUCCESS"))
    resume(stage.desk.database, stage.actor, key)
    await BatchRunner(stage.desk).drain()
    assert batch(stage, key).state is BatchState.DONE


async def test_a_gateway_that_refuses_who_we_are_is_asked_no_further(stage: Stage) -> None:
    key = await asked(stage, TEN, refused(WRONG_PASSWORD))
    assert batch(stage, key).paused_by is PausedBy.SETTINGS
    assert len(sent(stage)) <= AT_ONCE


async def test_pausing_and_stopping_ask_nothing_more(stage: Stage) -> None:
    key = started(stage, TEN, found("PAYSUCCESS"))
    pause(stage.desk.database, stage.actor, key)
    await BatchRunner(stage.desk).drain()
    assert sent(stage) == []
    resume(stage.desk.database, stage.actor, key)
    stop(stage.desk.database, stage.actor, key)
    resume(stage.desk.database, stage.actor, key)
    await BatchRunner(stage.desk).drain()
    assert sent(stage) == []
    assert {item.why for item in rows(stage, key).values()} == {"stopped"}


async def test_what_the_desk_has_to_ask_by_itself_goes_first(stage: Stage) -> None:
    orders = [await stage.requested(OrderID=f"D{at}") for at in range(AT_ONCE)]
    held = asyncio.Event()
    with stage.desk.database.writing() as session:
        for order in orders:
            session.get_one(Order, order.id).lookup_due_at = now()
    started(stage, TEN, held, found("PAYSUCCESS"))
    turn = partial(take_turn, stage.desk, stage.shop.environment)
    # One is let through beside what is due, or a rush would end the batch; then it is their turn.
    assert len((await stage.desk.writer.write(turn)).exchanges) == 1
    assert not (await stage.desk.writer.write(turn)).exchanges
    assert await LookupScheduler(stage.desk).tick() == AT_ONCE - 1
    assert not (await stage.desk.writer.write(turn)).exchanges
    held.set()


async def test_lists_take_turns(stage: Stage) -> None:
    for text in ("L1\nL2", "M1\nM2"):
        started(stage, text)
    turn = partial(take_turn, stage.desk, stage.shop.environment)
    begun = (await stage.desk.writer.write(turn)).exchanges
    assert [one.order_id[0] for one in begun] == ["L", "M", "L", "M"]


async def test_the_judgement_names_what_is_here_and_what_a_spreadsheet_lost(stage: Stage) -> None:
    stage.open(OrderID="00123")
    stage.open(OrderID="A1")
    found_rows = rows(stage, judged(stage, "A1\nA2\n123\n"))
    assert [found_rows[number].known for number in ("A1", "A2")] == [True, False]
    assert (found_rows["123"].problem, found_rows["123"].detail) == ("lost-zeros", "00123")


async def test_with_several_shops_it_must_be_known_whose_order_it_is(stage: Stage) -> None:
    stage.open(OrderID="A1")
    other = Shop(
        shop_id="tshop00000078", environment=stage.shop.environment, name="B", password="secret12"
    )
    with stage.desk.database.writing() as session:
        session.add(other)
    found_rows = rows(stage, judged(stage, "A1\nA2\n"))
    assert found_rows["A1"].shop_key == stage.shop.id
    assert found_rows["A2"].problem == "no-shop"
