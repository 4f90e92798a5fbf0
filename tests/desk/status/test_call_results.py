"""What an exchange tells of the trade, from its outcome and its error codes."""

import pytest

from app.desk.status.call_results import (
    CallResult,
    classify,
    last_answer,
    unsent_in_a_row,
)
from app.gateway import Outcome
from app.protocol.error_catalogue import CATALOGUE
from app.protocol.messages import Call
from app.records.exchanges import WAITING, Exchange
from app.records.shops import Environment


def exchange(call: Call, outcome: str, errors: str | None = None) -> Exchange:
    return Exchange(
        shop_key="s",
        environment=Environment.TEST,
        call=call,
        order_id="A1",
        url="",
        request=b"",
        owner="",
        outcome=outcome,
        errors=errors,
    )


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (WAITING, CallResult.PENDING),
        (Outcome.ANSWERED, CallResult.DONE),
        (Outcome.NOT_SENT, CallResult.NOT_SENT),
        (Outcome.NO_ANSWER, CallResult.SILENCE),
        (Outcome.CUT_OFF, CallResult.SILENCE),
        (Outcome.HTTP_ERROR, CallResult.SILENCE),
        (Outcome.NOT_UNDERSTOOD, CallResult.SILENCE),
    ],
)
def test_whatever_left_us_without_a_usable_answer_may_have_worked(
    outcome: str, told: CallResult
) -> None:
    assert classify(exchange(Call.EXEC, outcome)) is told


@pytest.mark.parametrize(
    ("call", "errors", "told"),
    [
        (Call.ENTRY, "M01004010", CallResult.TAKEN),
        (Call.EXEC, "M01004014", CallResult.REQUESTED),
        (Call.SEARCH, "M01004002", CallResult.MISSING),
        (Call.EXEC, "M01004002", CallResult.ELSEWHERE),
        (Call.EXEC, "M01054004", CallResult.ELSEWHERE),
        (Call.EXEC, "M01058002", CallResult.ELSEWHERE),
        (Call.EXEC, "M01058010", CallResult.ELSEWHERE),
        (Call.ENTRY, "M01002002", CallResult.SETTINGS),
        (Call.ENTRY, "M01003001", CallResult.SETTINGS),
        (Call.SEARCH, "E91099997", CallResult.SETTINGS),
        (Call.EXEC, "NC2000002", CallResult.SETTINGS),
        (Call.EXEC, "NC2000003", CallResult.SETTINGS),
        (Call.EXEC, "NC2000004", CallResult.SETTINGS),
        (Call.EXEC, "NC2000005", CallResult.SETTINGS),
        (Call.ENTRY, "E92000001", CallResult.LATER),
        (Call.EXEC, "E92000002", CallResult.LATER),
        (Call.ENTRY, "M01004001|M01005001", CallResult.REFUSED),
        (Call.EXEC, "E91099999", CallResult.SILENCE),
        (Call.EXEC, "E90010001", CallResult.SILENCE),
        (Call.EXEC, "NC2000001", CallResult.SILENCE),
        (Call.EXEC, "X99999999", CallResult.SILENCE),
        (Call.EXEC, "M01005001|E91099999", CallResult.SILENCE),
        (Call.ENTRY, "M01004010|E91099999", CallResult.SILENCE),
    ],
)
def test_an_error_says_what_it_means_for_the_trade(
    call: Call, errors: str, told: CallResult
) -> None:
    assert classify(exchange(call, Outcome.PROTOCOL_ERROR, errors)) is told


@pytest.mark.parametrize("code", [code for code in CATALOGUE if code.startswith(("E90", "E91"))])
def test_a_failure_inside_the_gateway_is_as_uncertain_as_silence(code: str) -> None:
    expected = CallResult.SETTINGS if code == "E91099997" else CallResult.SILENCE
    assert classify(exchange(Call.EXEC, Outcome.PROTOCOL_ERROR, code)) is expected


def test_only_a_lookup_says_what_the_gateway_knows_and_the_last_one_that_did_counts() -> None:
    known = exchange(Call.SEARCH, Outcome.ANSWERED)
    missing = exchange(Call.SEARCH, Outcome.PROTOCOL_ERROR, "M01004002")
    later = [exchange(Call.SEARCH, Outcome.NO_ANSWER), exchange(Call.EXEC, Outcome.ANSWERED)]
    assert last_answer([missing, known, *later]) is known
    assert last_answer([known, missing, *later]) is missing
    assert last_answer(later) is None


def test_calls_that_never_left_count_back_to_the_last_one_that_did() -> None:
    answered, unsent = (
        exchange(Call.SEARCH, outcome) for outcome in (Outcome.ANSWERED, Outcome.NOT_SENT)
    )
    assert unsent_in_a_row([unsent, answered, unsent, unsent]) == 2
    assert unsent_in_a_row([unsent, answered]) == 0
