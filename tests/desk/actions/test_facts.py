"""What is known of an order before anything is decided about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.desk.actions.facts import Facts, Past, _is_out_of_step, facts_of
from app.desk.status.call_results import CallResult
from app.protocol.messages import Call
from app.records.orders import Order
from app.records.shops import Environment

T = datetime(2026, 1, 10, 14, 3, tzinfo=UTC)
TICK = timedelta(microseconds=1)
SETTLE = timedelta(seconds=90)
SAYS_NOTHING_OF_ITSELF = (
    *("confirmed", "settled", "has_access", "has_token", "launched", "entry_silent"),
    *("exec_silent", "answer_too_early", "start_elsewhere", "doubted", "unproven", "other_try"),
)


def an_order(access_id: str | None = None, access_pass: str | None = None) -> Order:
    return Order(
        shop_key="shop",
        environment=Environment.TEST,
        order_id="A1",
        status_at=T,
        access_id=access_id,
        access_pass=access_pass,
    )


def an_answer(asked_at: datetime) -> Past:
    return Past(Call.SEARCH, CallResult.DONE, asked_at, "PAYFAIL")


@pytest.mark.parametrize("name", SAYS_NOTHING_OF_ITSELF)
def test_what_nobody_has_said_is_not_so(name: str) -> None:
    assert getattr(Facts(T, SETTLE), name) is False
    assert getattr(facts_of(an_order(), (), T, SETTLE), name) is False


def test_access_takes_both_its_halves() -> None:
    for half in (an_order("a"), an_order(None, "p")):
        assert not facts_of(half, (), T, SETTLE).has_access
    assert facts_of(an_order("a", "p"), (), T, SETTLE).has_access


def test_an_answer_counts_since_the_claim_when_it_was_asked_after_it() -> None:
    asked_then, asked_before = an_answer(T), an_answer(T - TICK)
    assert Facts(T, SETTLE, since=T, answer=asked_then).answered_since == asked_then
    assert Facts(T, SETTLE, since=T, answer=asked_before).answered_since is None
    assert Facts(T, SETTLE, since=T).answered_since is None
    assert Facts(T, SETTLE, answer=asked_then).answered_since is None


@pytest.mark.parametrize(
    ("told", "since", "counts"),
    [
        (Past(Call.EXEC, CallResult.ELSEWHERE, T, None), T, True),
        (Past(Call.EXEC, CallResult.ELSEWHERE, T, None), None, True),
        (Past(Call.EXEC, CallResult.ELSEWHERE, T - TICK, None), T, False),
        (Past(Call.EXEC, CallResult.DONE, T, None), T, False),
        (Past(Call.ENTRY, CallResult.ELSEWHERE, T, None), T, False),
    ],
)
def test_an_execution_that_was_told_the_trade_is_elsewhere_counts_since_the_claim(
    told: Past, since: datetime | None, counts: bool
) -> None:
    assert _is_out_of_step(told, since) is counts
