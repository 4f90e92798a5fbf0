"""What is held of an order when a report arrives: what its past says, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from app.desk.status.rules import OrderSnapshot, StatusReport
from app.desk.status.snapshot import Past, disputed_since, reported_since, snapshot_of
from app.gateway import Outcome
from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.records.changes import Change, Effect
from app.records.database import Database
from app.records.exchanges import WAITING, Exchange
from app.records.orders import Conflict, Order, Origin, Source
from app.records.shops import Environment, Shop
from tests.desk.callbacks.cast import a_shop

T = datetime(2026, 1, 10, 14, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EARLIER, LATER = T - MINUTE, T + MINUTE
SETTLE = timedelta(seconds=90)
CALLBACK, LOOKUP = Source.CALLBACK, Source.LOOKUP
PAID, FAILED = Status.PAYSUCCESS, Status.PAYFAIL
CONFLICT, SETTLED, MOVED = Effect.CONFLICT, Effect.SETTLED, Effect.MOVED
THIS = StatusReport(LOOKUP, PAID, exchange_key="this", asked_at=T)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        session.add(Shop(**a_shop().model_dump() | {"id": "shop"}))
        session.flush()
        yield session


def an_order(status: str = "REQSUCCESS", **values: Any) -> Order:
    usual: dict[str, Any] = {"source": Source.EXEC, "status_at": T, "executed_at": T}
    return Order(
        id="order",
        shop_key="shop",
        environment=Environment.SANDBOX,
        order_id="A1",
        amount=1000,
        status=status,
        **usual | values,
    )


def a_change(effect: Effect, to: Status = PAID, **values: Any) -> Change:
    return Change(order_key="order", effect=effect, from_status="", to_status=to, **values)


def a_call(key: str, said: Status | None = None, call: Call = Call.SEARCH, **more: Any) -> Exchange:
    usual: dict[str, Any] = {"asked_at": T, "outcome": Outcome.ANSWERED, "said_amount": 900}
    return Exchange(
        id=key,
        shop_key="shop",
        order_key="order",
        environment=Environment.SANDBOX,
        call=call,
        order_id="A1",
        url="",
        request=b"",
        owner="",
        said_status=said,
        **usual | more,
    )


def kept(session: Session, order: Order, *changes: Change) -> None:
    session.add(order)
    session.flush()
    session.add_all(changes)
    session.flush()


def held(
    session: Session,
    order: Order,
    calls: Sequence[Exchange] = (),
    changes: Sequence[Change] = (),
    report: StatusReport = THIS,
) -> OrderSnapshot:
    return snapshot_of(session, order, report, SETTLE, Past(calls, changes))


FIGURES = frozenset({(True, 900, None)})


@pytest.mark.parametrize("kind", [Conflict.AMOUNT, Conflict.FOREIGN])
def test_figures_that_a_conflict_named_are_accepted_once_a_person_has_settled_it(
    session: Session, kind: Conflict
) -> None:
    named = a_change(CONFLICT, conflict=kind, exchange_key="one")
    calls = [a_call("one", PAID)]
    assert held(session, an_order(), calls, [named]).accepted == frozenset()
    settled = a_change(SETTLED, conflict=kind)
    assert held(session, an_order(), calls, [named, settled]).accepted == FIGURES


@pytest.mark.parametrize(
    ("named", "settled"),
    [
        (Conflict.STATUS, Conflict.AMOUNT),  # its lookup named figures, but was not about them
        (Conflict.AMOUNT, Conflict.STATUS),
    ],
)
def test_figures_are_not_accepted_with_what_is_not_about_them(
    session: Session, named: Conflict, settled: Conflict
) -> None:
    changes = [
        a_change(CONFLICT, conflict=named, exchange_key="one"),
        a_change(SETTLED, conflict=settled),
    ]
    assert held(session, an_order(), [a_call("one", PAID)], changes).accepted == frozenset()


def test_a_failure_is_no_payment_of_the_figures_it_names(session: Session) -> None:
    changes = [
        a_change(one, conflict=Conflict.AMOUNT, exchange_key="one") for one in (CONFLICT, SETTLED)
    ]
    accepted = held(session, an_order(), [a_call("one", FAILED)], changes).accepted
    assert accepted == {(False, 900, None)}


def test_what_was_said_before_is_said_by_the_lookup_before_this_one(session: Session) -> None:
    calls = [a_call("first", FAILED), a_call("silent"), a_call("this", PAID)]
    assert held(session, an_order(), calls).said_status is FAILED


def test_a_claim_lags_since_the_first_earlier_lookup_that_spoke_of_another_status(
    session: Session,
) -> None:
    order = an_order(PAID)
    before = a_call("before the claim", FAILED, asked_at=EARLIER)
    silent, same = a_call("silent"), a_call("same", PAID)
    other = a_call("other", FAILED)
    this = a_call("this", FAILED, asked_at=LATER)
    assert held(session, order, [before, silent, same, this]).lagged_at is None
    assert held(session, order, [before, silent, same, other, this]).lagged_at == T
    assert held(session, an_order(PAID, status_at=None), [other]).lagged_at is None


def test_a_time_that_was_said_counts_where_a_callback_disputes_what_is_final(
    session: Session,
) -> None:
    order = an_order(FAILED)
    kept(
        session,
        order,
        a_change(MOVED, FAILED, said_at=T),
        a_change(MOVED, FAILED),
        a_change(CONFLICT, FAILED, said_at=LATER, conflict=Conflict.STATUS),
        a_change(MOVED, Status.REQSUCCESS, said_at=LATER),
    )

    def said_at(status: Status, source: Source = CALLBACK) -> datetime | None:
        return held(session, order, report=StatusReport(source, status)).said_at

    assert (said_at(PAID), said_at(FAILED), said_at(PAID, LOOKUP)) == (T, None, None)
    order.status = Status.REQSUCCESS
    assert said_at(PAID) is None


def test_a_conflict_is_disputed_since_the_last_callback_that_spoke_in_it(session: Session) -> None:
    order = an_order(FAILED, conflict=Conflict.STATUS, conflict_at=T)
    kept(
        session,
        order,
        a_change(CONFLICT, source=CALLBACK, recorded_at=EARLIER),
        a_change(CONFLICT, source=LOOKUP, recorded_at=LATER),
        a_change(MOVED, source=CALLBACK, recorded_at=LATER),
    )
    assert disputed_since(session, order) is None
    session.add(a_change(CONFLICT, source=CALLBACK, recorded_at=T))
    session.flush()
    assert disputed_since(session, order) == T


def test_only_a_payment_that_callbacks_alone_reported_waits_for_the_gateways_word(
    session: Session,
) -> None:
    def since(order: Order, *calls: Exchange) -> datetime | None:
        return reported_since(session, order, calls)

    reported = an_order(PAID, source=CALLBACK)
    assert since(reported) == T
    assert since(an_order(PAID, source=LOOKUP)) is None
    assert since(an_order(FAILED, source=CALLBACK)) is None
    assert since(an_order(PAID, source=CALLBACK, confirmed_at=T)) is None
    met = an_order("unknown", origin=Origin.CALLBACK, status_at=None, created_at=EARLIER)
    assert since(met) == EARLIER


@pytest.mark.parametrize(
    ("call", "waits"),
    [
        (a_call("one", PAID, answered_at=T), False),
        (a_call("one", PAID, answered_at=T - timedelta(microseconds=1)), True),
        (a_call("one", FAILED, answered_at=LATER), True),
        (a_call("one", PAID, answered_at=None), True),
    ],
    ids=["at that moment", "before", "of another status", "without a time"],
)
def test_the_word_that_is_waited_for_came_after_the_report_and_is_about_it(
    session: Session, call: Exchange, waits: bool
) -> None:
    since = reported_since(session, an_order(PAID, source=CALLBACK), [call])
    assert since == (T if waits else None)


def test_in_a_conflict_any_later_word_of_the_gateway_is_the_one_waited_for(
    session: Session,
) -> None:
    order = an_order(PAID, source=CALLBACK, conflict=Conflict.STATUS, conflict_at=T)
    kept(session, order, a_change(CONFLICT, FAILED, source=CALLBACK, recorded_at=T))
    assert reported_since(session, order, []) == T
    assert reported_since(session, order, [a_call("one", FAILED, answered_at=LATER)]) is None


@pytest.mark.parametrize(
    ("call", "outcome", "executed"),
    [
        (Call.EXEC, WAITING, True),
        (Call.EXEC, Outcome.NO_ANSWER, False),
        (Call.ENTRY, WAITING, False),
    ],
)
def test_an_execution_under_way_may_have_worked(
    session: Session, call: Call, outcome: str, executed: bool
) -> None:
    order = an_order("UNPROCESSED", executed_at=None)
    assert not held(session, order).executed
    kept(session, order)
    session.add(a_call("call", call=call, outcome=outcome))
    session.flush()
    order.open_exchange = "call"
    assert held(session, order).executed is executed


@pytest.mark.parametrize(
    ("said", "paid"),
    [
        (a_change(CONFLICT, PAID, source=CALLBACK, recorded_at=T), True),
        (a_change(CONFLICT, PAID, source=CALLBACK, recorded_at=EARLIER), False),
        (a_change(CONFLICT, FAILED, source=CALLBACK, recorded_at=T), False),
        (a_change(CONFLICT, PAID, source=LOOKUP, recorded_at=T), False),
        (a_change(MOVED, PAID, source=CALLBACK, recorded_at=T), False),
    ],
    ids=["it did", "in an earlier conflict", "of a failure", "by a lookup", "without dispute"],
)
def test_a_payment_after_the_failure_was_told_by_a_callback_in_this_conflict(
    session: Session, said: Change, paid: bool
) -> None:
    order = an_order(FAILED, conflict=Conflict.STATUS, conflict_at=T)
    assert held(session, order, changes=[said]).paid_after_failure is paid
    order.conflict = Conflict.AMOUNT
    assert not held(session, order, changes=[said]).paid_after_failure
