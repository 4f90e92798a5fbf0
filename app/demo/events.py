"""The events of a story: what is asked and answered. What a browser brings is in `callbacks`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from app.demo import calls
from app.demo.order_history import OrderHistory
from app.desk.orders.payment_links import PAYMENT_TERM
from app.desk.status.updates import consequences_of_silence
from app.protocol.statuses import Status
from app.records.exchanges import Exchange, Purpose
from app.records.keys import digest, key_at, new_secret
from app.records.orders import Source
from app.records.payment_links import PaymentLink

Step = Callable[[OrderHistory], None]

SILENCE_SECONDS = 125
"""How long a call that goes unanswered lasts, and a little more."""


def after(least: float, most: float, then: Step) -> Step:
    """A step that comes so many seconds after the one before."""

    def step(t: OrderHistory) -> None:
        t.wait_until(t.clock + timedelta(seconds=t.scene.random.uniform(least, most)))
        then(t)

    return step


def when_due(then: Step) -> Step:
    """A lookup that the desk asks for by itself, once it is due."""

    def step(t: OrderHistory) -> None:
        assert t.order.lookup_due_at, "nothing is due"
        t.wait_until(t.order.lookup_due_at + timedelta(seconds=t.scene.random.uniform(0.2, 1.2)))
        then(t)

    return step


def register(t: OrderHistory) -> None:
    """EntryTran, answered."""
    t.trade, exchange = calls.enter(t, answered=True)
    t.order.access_id, t.order.access_pass = t.trade.AccessID, t.trade.AccessPass
    t.apply_report(t.report_of(exchange, Source.ENTRY, Status.UNPROCESSED))


def register_unanswered(t: OrderHistory) -> None:
    """EntryTran that works, but whose answer never comes."""
    t.wait_until(t.clock, lasting=SILENCE_SECONDS)
    t.trade, exchange = calls.enter(t, answered=False)
    _went_unknown(t, exchange)


def register_in_vain(t: OrderHistory) -> None:
    """EntryTran, refused for now."""
    calls.enter_in_vain(t)


def execute(t: OrderHistory) -> None:
    """ExecTran, answered."""
    assert t.trade, "only a registered order is executed"
    exchange = calls.execute(t, t.trade, answered=True)
    t.order.token, t.order.start_url = t.trade.Token, calls.start_url(t)
    t.order.executed_at = exchange.asked_at
    t.apply_report(t.report_of(exchange, Source.EXEC, Status.REQSUCCESS))


def execute_unanswered(t: OrderHistory) -> None:
    """ExecTran that works, but whose answer never comes: its Token is lost."""
    assert t.trade, "only a registered order is executed"
    t.wait_until(t.clock, lasting=SILENCE_SECONDS)
    exchange = calls.execute(t, t.trade, answered=False)
    t.order.executed_at = exchange.asked_at
    _went_unknown(t, exchange)


def launch(t: OrderHistory) -> None:
    """The customer gets a link and opens the payment page."""
    assert t.trade, "only a registered order is launched"
    assert t.order.executed_at, "only an executed order is launched"
    at, secret = t.tick(), new_secret()
    t.launches.append(
        PaymentLink(
            id=key_at(at),
            order_key=t.order.id,
            secret=secret,
            secret_digest=digest(secret),
            created_at=at,
            expires_at=t.order.executed_at + PAYMENT_TERM,
        )
    )
    t.note("launch")
    t.trade.move(Status.PAYSTART, t.clock)


def look_up(status: Status, *, by_a_person: bool = False) -> Step:
    """A lookup, to which the gateway says this status."""

    def step(t: OrderHistory) -> None:
        assert t.trade, "only a trade that is there is found"
        t.trade.move(status, t.clock - timedelta(seconds=t.scene.random.uniform(1, 50)))
        exchange = calls.search(t, t.trade, _purpose(t, by_a_person=by_a_person))
        t.apply_report(t.report_of(exchange, Source.LOOKUP, status))
        if t.order.access_id is None:  # adopted after an unanswered EntryTran
            t.order.access_id, t.order.access_pass = t.trade.AccessID, t.trade.AccessPass

    return step


def _purpose(t: OrderHistory, *, by_a_person: bool) -> Purpose:
    if by_a_person:
        return Purpose.OPERATOR
    return Purpose.CONFIRM if t.order.status == Status.PAYSUCCESS else Purpose.RECHECK


def _went_unknown(t: OrderHistory, exchange: Exchange) -> None:
    """What the desk makes of a call that went unanswered."""
    policy = t.scene.shop.confirmation
    values, change = consequences_of_silence(t.order, exchange, t.tick(), policy)
    change.id = key_at(t.clock)
    t.changes.append(change)
    t.take(values)
