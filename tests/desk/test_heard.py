"""What an exchange tells of the trade, from its outcome and its error codes."""

import pytest

from app.desk.heard import Heard, heard
from app.gateway import Outcome
from app.protocol.faults import CATALOGUE
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
        (WAITING, Heard.PENDING),
        (Outcome.ANSWERED, Heard.DONE),
        (Outcome.NOT_SENT, Heard.NOT_SENT),
        (Outcome.NO_ANSWER, Heard.SILENCE),
        (Outcome.CUT_OFF, Heard.SILENCE),
        (Outcome.HTTP_ERROR, Heard.SILENCE),
        (Outcome.NOT_UNDERSTOOD, Heard.SILENCE),
    ],
)
def test_whatever_left_us_without_a_usable_answer_may_have_worked(
    outcome: str, told: Heard
) -> None:
    assert heard(exchange(Call.EXEC, outcome)) is told


@pytest.mark.parametrize(
    ("call", "errors", "told"),
    [
        (Call.ENTRY, "M01004010", Heard.TAKEN),
        (Call.EXEC, "M01004014", Heard.REQUESTED),
        (Call.SEARCH, "M01004002", Heard.MISSING),
        (Call.EXEC, "M01004002", Heard.ELSEWHERE),
        (Call.EXEC, "M01054004", Heard.ELSEWHERE),
        (Call.EXEC, "M01058002", Heard.ELSEWHERE),
        (Call.ENTRY, "M01002002", Heard.SETTINGS),
        (Call.SEARCH, "E91099997", Heard.SETTINGS),
        (Call.ENTRY, "E92000001", Heard.LATER),
        (Call.EXEC, "E92000002", Heard.LATER),
        (Call.ENTRY, "M01004001|M01005001", Heard.REFUSED),
        (Call.EXEC, "E91099999", Heard.SILENCE),
        (Call.EXEC, "E90010001", Heard.SILENCE),
        (Call.EXEC, "NC2000001", Heard.SILENCE),
        (Call.EXEC, "X99999999", Heard.SILENCE),
        (Call.EXEC, "M01005001|E91099999", Heard.SILENCE),
        (Call.ENTRY, "M01004010|E91099999", Heard.SILENCE),
    ],
)
def test_an_error_says_what_it_means_for_the_trade(call: Call, errors: str, told: Heard) -> None:
    assert heard(exchange(call, Outcome.PROTOCOL_ERROR, errors)) is told


@pytest.mark.parametrize("code", [code for code in CATALOGUE if code.startswith(("E90", "E91"))])
def test_a_failure_inside_the_gateway_is_as_uncertain_as_silence(code: str) -> None:
    expected = Heard.SETTINGS if code == "E91099997" else Heard.SILENCE
    assert heard(exchange(Call.EXEC, Outcome.PROTOCOL_ERROR, code)) is expected
