"""The codes of failed checks."""

import pytest

from app.protocol.error_catalogue import CATALOGUE
from app.protocol.fields import Problem, Reason
from app.protocol.messages import (
    Call,
    EntryTranRequest,
    ExecTranRequest,
    Request,
    SearchRequest,
    StartRequest,
    error_code,
)
from app.protocol.messages.codes_by_check import CODES, START_CODES

BAD = ("", "~" * 300, "\n" * 300, "A" * 300, "9" * 300, "0", "200001", "あ" * 60, "x")


@pytest.mark.parametrize(
    "request_type", [EntryTranRequest, ExecTranRequest, SearchRequest, StartRequest]
)
def test_every_check_that_a_request_can_fail_has_a_listed_code(request_type: type[Request]) -> None:
    for row in request_type.PARAMETERS:
        for value in BAD:
            for problem in row.problems(value):
                assert error_code(problem, request_type.CALL) in CATALOGUE


def test_the_total_has_the_code_of_the_amount() -> None:
    assert error_code(Problem("Amount", Reason.TOTAL_OUT_OF_RANGE)) == "M01005011"


def test_the_customers_start_has_codes_of_its_own() -> None:
    problem = Problem("AccessID", Reason.MISSING)
    assert error_code(problem) == "M01007001"
    assert error_code(problem, Call.START) == "NC1000001"


@pytest.mark.parametrize("reason", [Reason.RESERVED, Reason.NOT_HTTP])
def test_a_check_of_ours_alone_has_no_code(reason: Reason) -> None:
    with pytest.raises(LookupError):
        error_code(Problem("RetURL", reason))


def test_a_code_is_about_the_parameter_it_is_given_for() -> None:
    for (parameter, _), code in CODES.items():
        assert CATALOGUE[code].about == parameter
    for code in START_CODES.values():
        assert CATALOGUE[code].about == "start"
