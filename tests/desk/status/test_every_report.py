"""What must hold of each report about each order: the whole product of both, one rule at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.desk.actions import Action, NextStep
from app.desk.status.rules import NotFoundDecision, StatusDecision
from app.protocol.statuses import FAILED, FINAL, UNDER_WAY
from app.records.orders import UNKNOWN, Conflict, Order, Source
from app.records.shops import Confirmation
from tests.desk.status.product import (
    NOW,
    PAYSUCCESS,
    UNPROCESSED,
    Case,
    Word,
    cases,
)
from tests.desk.status.rulings_table import GOLDEN, table
from tests.model.invariants import DONE_BY


@pytest.fixture(scope="module")
def product() -> list[Case]:
    return [case for policy in Confirmation for case in cases(policy)]


def none(product: list[Case], breaks: Callable[[Case], bool]) -> bool:
    """Whether no case breaks a rule; the first that does is told."""
    broken = next((case for case in product if breaks(case)), None)
    assert broken is None, str(broken)
    return True


def lookup_says_paid(word: Word) -> bool:
    return word.source is Source.LOOKUP and word.status is PAYSUCCESS


def moves(case: Case) -> bool:
    return isinstance(case.ruling, StatusDecision) and case.ruling.moves


def confirms(case: Case) -> bool:
    return isinstance(case.ruling, StatusDecision) and case.ruling.confirms


def money(order: Order) -> str | None:
    return Order.money.fget(order)  # type: ignore[attr-defined, no-any-return]


def test_the_rulings_are_those_of_the_table() -> None:
    # Changed on purpose? `rulings_table` writes the file anew: read what became of it.
    assert table() == GOLDEN.read_text("utf-8")


def test_a_lookup_that_says_paid_is_never_without_effect(product: list[Case]) -> None:
    def breaks(case: Case) -> bool:
        acts = moves(case) or confirms(case) or case.ruling.conflict is not None
        return lookup_says_paid(case.word) and not acts and case.held.status is not PAYSUCCESS

    assert none(product, breaks)


def test_a_payment_is_confirmed_by_a_lookup_of_our_trade_over_our_amount_alone(
    product: list[Case],
) -> None:
    def breaks(case: Case) -> bool:
        before = case.held.confirmed and case.held.status is PAYSUCCESS
        proven = lookup_says_paid(case.word) and case.word.money == "=" and not case.word.another
        return money(case.after) == "confirmed" and not before and not proven

    assert none(product, breaks)
    assert any(money(case.after) == "confirmed" and moves(case) for case in product)


def test_another_amount_or_currency_than_ours_is_named_and_moves_nothing(
    product: list[Case],
) -> None:
    def breaks(case: Case) -> bool:
        if case.word.money == "=" or not case.held.ours:
            return False
        named = case.ruling.conflict in (Conflict.AMOUNT, Conflict.FOREIGN)
        heard = case.held.conflict is None or case.word.status is PAYSUCCESS
        return moves(case) or confirms(case) or (heard and not named)

    assert none(product, breaks)


def test_confirmed_is_never_said_beside_a_conflict(product: list[Case]) -> None:
    assert none(
        product, lambda case: bool(case.after.conflict) and money(case.after) == "confirmed"
    )


def test_only_a_lookup_ends_a_conflict_by_itself_and_only_for_a_payment_proven(
    product: list[Case],
) -> None:
    def breaks(case: Case) -> bool:
        ended = case.held.conflict is not None and case.after.conflict is None
        return ended and money(case.after) != "confirmed"

    assert none(product, breaks)


def test_what_is_held_as_paid_stays_so_until_a_person_says_otherwise(product: list[Case]) -> None:
    def breaks(case: Case) -> bool:
        return case.held.status is PAYSUCCESS and case.after.status != PAYSUCCESS

    assert none(product, breaks)


def test_no_final_status_is_left_but_for_a_payment_after_a_failure(product: list[Case]) -> None:
    def breaks(case: Case) -> bool:
        left = case.held.status in FINAL and case.after.status != case.held.status
        return left and money(case.after) != "confirmed"

    assert none(product, breaks)


def test_a_report_moves_or_disputes_and_never_both(product: list[Case]) -> None:
    assert none(product, lambda case: moves(case) and case.ruling.conflict is not None)


def test_a_callback_that_tells_of_an_earlier_time_than_a_final_status_changes_nothing(
    product: list[Case],
) -> None:
    def breaks(case: Case) -> bool:
        final = case.held.status in FINAL
        return case.word.older and final and case.ruling != StatusDecision()

    assert none(product, breaks)


def test_another_trade_under_our_number_is_never_taken_for_ours(product: list[Case]) -> None:
    def breaks(case: Case) -> bool:
        named = case.ruling.conflict is Conflict.FOREIGN or case.held.conflict is not None
        return case.word.another and (moves(case) or confirms(case) or not named)

    assert none(product, breaks)


def test_a_lookup_asked_too_early_lets_nothing_unanswered_be_repeated(product: list[Case]) -> None:
    repeats = {Source.ENTRY: Action.REGISTER, Source.EXEC: Action.EXECUTE}

    def breaks(case: Case) -> bool:
        held, word = case.held, case.word
        traceless = word.status in (None, UNPROCESSED)
        if not word.early or not traceless or held.source not in repeats:
            return False
        return repeats[held.source] in case.decision.possible

    assert none(product, breaks)


def test_a_failure_in_doubt_is_asked_about_at_once_and_locks_a_new_number(
    product: list[Case],
) -> None:
    doubted = [case for case in product if case.word.doubted and moves(case)]
    free = [case for case in doubted if case.held.conflict is None]
    assert none(doubted, lambda case: Action.NEW_NUMBER in case.decision.possible)
    assert none(free, lambda case: case.after.lookup_due_at != NOW)
    assert free


def test_a_payment_heard_of_after_a_failure_is_in_conflict_or_asked_about_at_once(
    product: list[Case],
) -> None:
    def breaks(case: Case) -> bool:
        heard = case.word.source is Source.CALLBACK and case.word.status is PAYSUCCESS
        failed = case.held.status in FAILED and case.held.conflict is None
        asked = case.after.lookup_due_at == NOW
        return heard and failed and case.ruling.conflict is None and not asked

    assert none(product, breaks)


def test_whatever_can_be_paid_is_asked_about(product: list[Case]) -> None:
    def breaks(case: Case) -> bool:
        payable = case.after.status in UNDER_WAY and case.after.conflict is None
        return payable and case.after.lookup_due_at is None

    assert none(product, breaks)


def test_whatever_is_not_at_its_end_has_a_step_that_can_be_taken_or_a_time(
    product: list[Case],
) -> None:
    def breaks(case: Case) -> bool:
        step, after = case.decision.next_step, case.after
        if action := DONE_BY.get(step):
            return action not in case.decision.possible
        if step is NextStep.NOTHING:
            ended = after.status in FINAL or not case.held.ours
            return not ended or after.conflict is not None or after.status in UNDER_WAY
        timed = (case.decision.due_at, after.lookup_due_at) != (None, None)
        return step is not NextStep.CORRECT_VALUES and not timed

    assert none(product, breaks)


def test_no_second_order_is_advised_while_the_present_one_can_be_paid(product: list[Case]) -> None:
    def breaks(case: Case) -> bool:
        ours = case.held.ours and case.after.status in UNDER_WAY
        lost = case.held.silent or case.held.conflict or case.after.conflict
        return ours and not lost and Action.NEW_NUMBER in case.decision.possible

    assert none(product, breaks)


def test_not_registered_frees_a_number_of_an_unanswered_registration_alone(
    product: list[Case],
) -> None:
    def frees(case: Case) -> bool:
        return isinstance(case.ruling, NotFoundDecision) and case.ruling.frees_number

    freed = {case.held.name for case in product if frees(case)}
    assert freed == {"entry silent"}
    assert none(product, lambda case: frees(case) and case.after.status != UNKNOWN)
