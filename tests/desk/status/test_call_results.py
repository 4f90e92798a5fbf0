"""What an exchange tells of the trade, from its outcome and its error codes."""

from datetime import timedelta

import pytest

from app.desk.status.call_results import (
    CallResult,
    classify,
    found_by,
    is_too_early,
    last_answer,
    last_asked,
    last_silence,
    unsent_in_a_row,
)
from app.gateway import Outcome
from app.protocol.error_catalogue import CATALOGUE
from app.protocol.messages import Call, SearchAnswer
from app.protocol.statuses import Status
from app.protocol.wire import encode_answer
from app.records.exchanges import WAITING, Exchange
from app.records.shops import Environment

SETTLE = timedelta(seconds=90)


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


def test_the_interval_counts_from_the_last_lookup_that_may_have_arrived() -> None:
    answered, lost = (
        exchange(Call.SEARCH, outcome) for outcome in (Outcome.ANSWERED, Outcome.NO_ANSWER)
    )
    unsent = exchange(Call.SEARCH, Outcome.NOT_SENT)
    busy = exchange(Call.SEARCH, Outcome.PROTOCOL_ERROR, "E92000001")
    other = exchange(Call.EXEC, Outcome.NO_ANSWER)
    assert last_asked([answered, lost, unsent, busy, other]) is lost
    assert last_asked([lost, answered, unsent]) is answered
    assert last_asked([unsent, busy, other]) is None


@pytest.mark.parametrize(
    ("call", "said", "early"),
    [
        (Call.EXEC, None, True),
        (Call.EXEC, "UNPROCESSED", True),
        (Call.EXEC, "REQSUCCESS", False),
        (Call.ENTRY, None, True),
        (Call.ENTRY, "UNPROCESSED", False),
    ],
)
def test_an_answer_without_a_trace_of_a_call_that_may_be_at_work_comes_too_early(
    call: Call, said: str | None, early: bool
) -> None:
    silence, answer = exchange(call, Outcome.NO_ANSWER), exchange(Call.SEARCH, Outcome.ANSWERED)
    answer.said_status = said
    answer.asked_at = silence.asked_at + SETTLE - timedelta(seconds=1)
    assert is_too_early(answer, silence, SETTLE) is early
    answer.asked_at = silence.asked_at + SETTLE
    assert not is_too_early(answer, silence, SETTLE)
    assert not is_too_early(answer, None, SETTLE)


def test_the_last_call_that_changes_a_trade_and_went_unanswered_counts() -> None:
    entry, execution = (exchange(call, Outcome.NO_ANSWER) for call in (Call.ENTRY, Call.EXEC))
    lookup, done = exchange(Call.SEARCH, Outcome.NO_ANSWER), exchange(Call.EXEC, Outcome.ANSWERED)
    assert last_silence([entry, execution, lookup, done]) is execution
    assert last_silence([execution, entry]) is entry
    assert last_silence([lookup, done]) is None


@pytest.mark.parametrize(
    ("currency", "in_yen"), [("JPN", True), ("JPY", True), ("", True), ("USD", False)]
)
def test_a_lookup_found_what_its_answer_says(currency: str, in_yen: bool) -> None:
    lookup = exchange(Call.SEARCH, Outcome.ANSWERED)
    said = SearchAnswer(Status.PAYSUCCESS, "20260110140322", "a" * 32, "b" * 32, 1000, 80, currency)
    lookup.answer = encode_answer(said.pairs())
    answer = found_by(lookup)
    assert answer is not None
    assert (answer.Status, answer.Amount, answer.in_yen) == ("PAYSUCCESS", 1000, in_yen)
    lookup.answer = b"<html>"
    assert found_by(lookup) is None


def test_calls_that_never_left_count_back_to_the_last_one_that_did() -> None:
    answered, unsent = (
        exchange(Call.SEARCH, outcome) for outcome in (Outcome.ANSWERED, Outcome.NOT_SENT)
    )
    assert unsent_in_a_row([unsent, answered, unsent, unsent]) == 2
    assert unsent_in_a_row([unsent, answered]) == 0
