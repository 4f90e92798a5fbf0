"""The closed table of verdicts: every row ends in one, and the yen add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.desk.batches.verdicts import Heard, Row, Verdict, Why, verdict_of
from app.protocol.statuses import Status

YEN = st.none() | st.sampled_from([0, 100, 110, 200])
PAID, OPEN, FAILED = Status.PAYSUCCESS, Status.REQSUCCESS, Status.PAYFAIL


def found(said: Status, said_yen: int | None = 110, **more: object) -> Row:
    return Row(heard=Heard.FOUND, said=said, said_yen=said_yen, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "verdict", "why"),
    [
        (Row(), Verdict.NOT_ASKED, Why.NEVER_ASKED),
        (Row(heard=Heard.NO_ANSWER), Verdict.NO_ANSWER, Why.UNANSWERED),
        (Row(heard=Heard.MISSING, book_paid=True), Verdict.NOT_REGISTERED, Why.UNKNOWN_NUMBER),
        (
            found(PAID, book_paid=True, book_yen=110, held=PAID, held_yen=110),
            Verdict.AGREES,
            Why.BOOK_CLOSES,
        ),
        (found(FAILED, book_paid=True), Verdict.BOOK_PAID_NOT_HERE, Why.UNPAID_AT_GATEWAY),
        (
            found(PAID, book_paid=False, book_yen=5),
            Verdict.PAID_NOT_IN_BOOK,
            Why.UNPAID_IN_BOOK,
        ),
        (
            found(PAID, book_paid=True, book_yen=100, has_amounts=True),
            Verdict.AMOUNT_DIFFERS,
            Why.BOOK_AMOUNT,
        ),
        (
            found(PAID, said_tax=10, book_paid=True, book_yen=100),
            Verdict.AMOUNT_DIFFERS,
            Why.BOOK_WITHOUT_TAX,
        ),
        (found(PAID, held=PAID, held_yen=100), Verdict.AMOUNT_DIFFERS, Why.OUR_AMOUNT),
        (found(PAID, None, held=PAID), Verdict.AMOUNT_DIFFERS, Why.NOT_IN_YEN),
        (found(OPEN, held=PAID), Verdict.STATUS_DIFFERS, Why.HELD_PAID),
        (
            found(PAID, book_paid=True, book_yen=110, held=OPEN),
            Verdict.STATUS_DIFFERS,
            Why.NEVER_HEARD,
        ),
        (found(FAILED, held=OPEN), Verdict.STATUS_DIFFERS, Why.HELD_OTHER),
        (found(FAILED, held=OPEN, book_paid=False), Verdict.AGREES, Why.UNPAID_BOTH),
        (
            found(FAILED, book_paid=False, book_status="EXPIRED"),
            Verdict.STATUS_DIFFERS,
            Why.BOOK_STATUS,
        ),
        (found(PAID, held=PAID, held_yen=110), Verdict.AGREES, Why.DESK_ALONE),
        (found(PAID), Verdict.STATUS_DIFFERS, Why.NOTHING_BESIDE),
        (found(PAID, status_unread=True), Verdict.STATUS_DIFFERS, Why.UNREAD_STATUS),
    ],
)
def test_each_row_has_its_verdict(row: Row, verdict: Verdict, why: Why) -> None:
    assert verdict_of(row) == (verdict, why)


ROWS = st.builds(
    Row,
    heard=st.sampled_from(Heard),
    book_paid=st.none() | st.booleans(),
    book_status=st.none() | st.sampled_from(Status),
    book_yen=YEN,
    status_unread=st.booleans(),
    has_amounts=st.just(True),
    held=st.none() | st.sampled_from(Status),
    held_yen=YEN,
    said=st.sampled_from(Status),
    said_yen=YEN,
    said_tax=st.sampled_from([0, 10]),
)


@given(ROWS)
def test_where_a_row_agrees_both_sides_count_the_same_yen(row: Row) -> None:
    verdict, _ = verdict_of(row)
    spoken = row.book_paid is not None
    if verdict is Verdict.AGREES and spoken:
        assert row.book_counts == row.gateway_counts


@given(ROWS)
def test_what_was_not_answered_neither_agrees_nor_disagrees(row: Row) -> None:
    silent = {Heard.NOT_ASKED: Verdict.NOT_ASKED, Heard.NO_ANSWER: Verdict.NO_ANSWER}
    verdict, _ = verdict_of(row)
    assert verdict == silent.get(row.heard, verdict)
    assert (row.heard in silent) == (verdict in silent.values())


def test_every_sentence_belongs_to_one_verdict_and_is_used() -> None:
    from app.desk.batches.verdicts import _RULES

    used = [why for _, why, _ in _RULES]
    assert len(used) == len(set(used))
