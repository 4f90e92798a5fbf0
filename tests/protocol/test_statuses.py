"""The transition table covers the statuses, and everything else follows from it."""

import pytest

from app.protocol.calls import Call
from app.protocol.error_catalogue import CATALOGUE
from app.protocol.statuses import (
    EDGES,
    FAILED,
    RETURNED,
    Cause,
    Relation,
    Status,
    refusal,
    relation,
)

UNPROCESSED, REQSUCCESS, PAYSTART, PAYSUCCESS, PAYFAIL, EXPIRED = Status


def test_every_status_is_reached_and_every_cause_moves_something() -> None:
    assert {edge.to for edge in EDGES} == set(Status)
    assert {edge.cause for edge in EDGES} == set(Cause)


def test_a_trade_begins_once_and_no_edge_stands_twice() -> None:
    assert [edge.to for edge in EDGES if edge.from_ is None] == [UNPROCESSED]
    assert len(set(EDGES)) == len(EDGES)


def test_a_trade_expires_once_it_has_a_payment_term_and_is_not_final() -> None:
    expiring = [edge.from_ for edge in EDGES if edge.cause is Cause.TERM_OVER]
    assert expiring == [REQSUCCESS, PAYSTART]
    assert all(edge.to is EXPIRED for edge in EDGES if edge.cause is Cause.TERM_OVER)


def test_final_is_what_no_edge_leaves() -> None:
    assert [status for status in Status if status.is_final] == [PAYSUCCESS, PAYFAIL, EXPIRED]


def test_the_browser_comes_back_with_a_payment_or_its_failure_and_with_nothing_else() -> None:
    assert RETURNED == (PAYSUCCESS, PAYFAIL)


def test_what_ends_without_money_is_all_that_is_final_but_a_payment() -> None:
    assert {*FAILED, PAYSUCCESS} == {status for status in Status if status.is_final}


@pytest.mark.parametrize(
    ("status", "execute", "start"),
    [
        (UNPROCESSED, None, "NC1000006"),
        (REQSUCCESS, "M01004014", None),
        (PAYSTART, "M01004014", None),
        (PAYSUCCESS, "M01054004", "NC1000004"),
        (PAYFAIL, "M01054004", "NC1000006"),
        (EXPIRED, "M01054004", "NC1000005"),
    ],
)
def test_what_a_status_allows(status: Status, execute: str | None, start: str | None) -> None:
    assert refusal(status, Call.ENTRY) == "M01004010"
    assert refusal(status, Call.EXEC) == execute
    assert refusal(status, Call.START) == start
    assert refusal(status, Call.SEARCH) is None


def test_every_refusal_is_in_the_catalogue() -> None:
    codes = {refusal(status, call) for status in Status for call in Call} - {None}
    assert codes <= set(CATALOGUE)


def test_a_call_is_allowed_exactly_where_an_edge_of_its_own_leaves() -> None:
    causes = {Call.EXEC: Cause.EXEC, Call.START: Cause.START}
    for call, cause in causes.items():
        for status in Status:
            leaves = any(edge.from_ is status and edge.cause is cause for edge in EDGES)
            assert (refusal(status, call) is None) == leaves


# Rows: what we hold. Columns: what we hear, in the order of the enum.
RELATIONS = """
    None         further further further further     further     further
    UNPROCESSED  agrees  further further further     further     further
    REQSUCCESS   lags    agrees  further further     further     further
    PAYSTART     lags    lags    agrees  further     further     further
    PAYSUCCESS   lags    lags    lags    agrees      contradicts contradicts
    PAYFAIL      lags    lags    lags    contradicts agrees      contradicts
    EXPIRED      lags    lags    lags    contradicts contradicts agrees
"""


@pytest.mark.parametrize("row", RELATIONS.strip().splitlines(), ids=lambda row: row.split()[0])
def test_what_we_hear_stands_to_what_we_hold(row: str) -> None:
    name, *expected = row.split()
    held = None if name == "None" else Status(name)
    assert [relation(held, heard) for heard in Status] == [Relation(word) for word in expected]
