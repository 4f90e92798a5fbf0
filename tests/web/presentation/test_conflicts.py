"""A conflict's words are true of what raised it: held against every report that can raise one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product

import pytest

from app.desk.actions.disputes import Compared, Dispute
from app.desk.status.rules import (
    OrderSnapshot,
    StatusReport,
    decide_not_found,
    decide_status,
)
from app.protocol.statuses import RETURNED, Status
from app.protocol.words import say
from app.records.orders import UNKNOWN, Conflict, Source
from app.web.presentation.conflicts import conflict_words

T = datetime(2026, 11, 24, tzinfo=UTC)
YES_NO = (True, False)
OURS, THEIRS = "a" * 32, "b" * 32

REPORTS = [
    *(StatusReport(Source.CALLBACK, status) for status in RETURNED),
    *(
        StatusReport(
            Source.LOOKUP,
            status,
            access_id=access,
            amount=amount,
            tax=80,
            in_yen=in_yen,
            asked_at=T,
        )
        for status, access, amount, in_yen in product(Status, (OURS, THEIRS), (1000, 500), YES_NO)
    ),
]


def snapshots() -> Iterator[OrderSnapshot]:
    """Every order of which a report can find something else than it says."""
    held = product((None, *Status), Source, (None, *Conflict), *[YES_NO] * 4)
    for status, source, conflict, ours, executed, access, silent in held:
        if conflict and not _can_stand(conflict, status, ours=ours):
            continue
        yield OrderSnapshot(
            status,
            source,
            since=T - timedelta(hours=3),
            ours=ours,
            executed=executed,
            access_id=OURS if access else None,
            amount=1000 if ours else None,
            tax=80,
            conflict=conflict,
            silent_entry=silent,
            lagged_at=T - timedelta(hours=2),
        )


def _can_stand(conflict: Conflict, status: Status | None, *, ours: bool) -> bool:
    if conflict is Conflict.NOT_REGISTERED:
        return not ours and status is None
    return ours or conflict in (Conflict.STATUS, Conflict.LAGGING)


def figures_in(snapshot: OrderSnapshot, report: StatusReport) -> Compared:
    if report.source is Source.CALLBACK or snapshot.amount is None:
        return Compared.NONE
    if report.amount != snapshot.amount:
        return Compared.OTHER
    return Compared.SAME if report.in_yen else Compared.NOT_YEN


def raised() -> Iterator[Dispute]:
    """Every dispute that the rules know."""
    for snapshot in snapshots():
        held = snapshot.status or UNKNOWN
        gone = decide_not_found(snapshot, T).conflict
        if gone:
            yield Dispute(gone, Source.LOOKUP, held, UNKNOWN)
        for report in REPORTS:
            conflict = decide_status(snapshot, report).conflict
            if conflict:
                figures = figures_in(snapshot, report)
                another = snapshot.is_another(report)
                yield Dispute(conflict, report.source, held, report.status, figures, another)


@cache
def disputes() -> list[Dispute]:
    """Each of them once."""
    return sorted(
        set(raised()),
        key=lambda it: (it.conflict, it.source, it.held, it.said, it.figures, it.another),
    )


def words(dispute: Dispute, language: str) -> tuple[str, str]:
    step = conflict_words(dispute)
    return say(language, step.title), say(language, step.why)


def test_every_kind_of_conflict_can_be_raised() -> None:
    assert {dispute.conflict for dispute in disputes()} == set(Conflict)
    assert len(disputes()) > 100


@pytest.mark.parametrize(
    ("language", "pattern"),
    [("en", r"^Paid|says paid|is paid$|Now paid"), ("ja", "決済完了(?!として)")],
)
def test_a_title_calls_it_paid_where_the_report_does(language: str, pattern: str) -> None:
    for dispute in disputes():
        title, _ = words(dispute, language)
        assert bool(re.search(pattern, title)) == dispute.says_paid, (dispute, title)


@pytest.mark.parametrize(
    ("language", "pattern"),
    [("en", "We hold it as paid|though we hold it as paid"), ("ja", "決済完了としている")],
)
def test_it_is_said_to_be_held_as_paid_only_where_it_is(language: str, pattern: str) -> None:
    for dispute in disputes():
        if re.search(pattern, " ".join(words(dispute, language))):
            assert dispute.held_paid, dispute


@pytest.mark.parametrize(("language", "word"), [("en", "callback"), ("ja", "コールバック")])
def test_a_callback_is_named_where_one_spoke(language: str, word: str) -> None:
    for dispute in disputes():
        # An order that the gateway does not know was met by a callback.
        by_callback = dispute.source is Source.CALLBACK or (
            dispute.conflict is Conflict.NOT_REGISTERED and dispute.missing
        )
        title, _ = words(dispute, language)
        assert (word in title) == by_callback, (dispute, title)


@pytest.mark.parametrize(
    ("language", "amount", "currency"),
    [("en", "another amount", "urrency"), ("ja", "金額と異なり", "通貨")],
)
def test_amount_and_currency_are_said_to_differ_where_they_do(
    language: str, amount: str, currency: str
) -> None:
    for dispute in disputes():
        said = " ".join(words(dispute, language))
        about_money = dispute.conflict is Conflict.AMOUNT or (
            dispute.conflict is Conflict.FOREIGN and not dispute.another
        )
        assert (amount in said) == (about_money and dispute.figures is Compared.OTHER), dispute
        assert (currency in said) == (about_money and dispute.figures is Compared.NOT_YEN), dispute


@pytest.mark.parametrize(("language", "word"), [("en", "60 minutes or more apart"), ("ja", "2 回")])
def test_two_lookups_are_spoken_of_where_two_have_lagged(language: str, word: str) -> None:
    for dispute in disputes():
        lags = dispute.conflict is Conflict.LAGGING and not dispute.says_paid
        assert (word in " ".join(words(dispute, language))) == lags, dispute
