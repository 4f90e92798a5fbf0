"""What holds after every act, whoever did what.

Judged by what the gateway knows, what went over the line, and what the desk shows: never by the
desk's own rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from app.desk.actions import Action, NextStep
from app.desk.callbacks import CustomerMessage
from app.protocol.calls import Call
from app.protocol.wire import split_form
from app.records.orders import Order, Origin
from tests.model.gateway import PAYABLE, State, Yen
from tests.model.line import START_URL, Fate, Sent
from tests.model.world import DESK, SETTLE, Heard, Seen, World

HOUR = timedelta(hours=1)
MOMENT = timedelta(seconds=2)
"""What passes at most between a deed of the desk's and its way over the line."""

MONEY_MAY_HAVE_MOVED = b"NC2000001"
"""The code of a failure under which, says the interface, money may have moved all the same."""

FINAL = (State.PAYSUCCESS, State.PAYFAIL, State.EXPIRED)

DONE_BY = {
    NextStep.REGISTER: Action.REGISTER,
    NextStep.REGISTER_AGAIN: Action.REGISTER,
    NextStep.EXECUTE: Action.EXECUTE,
    NextStep.EXECUTE_AGAIN: Action.EXECUTE,
    NextStep.ADOPT_AND_EXECUTE: Action.EXECUTE,
    NextStep.SEND_CUSTOMER: Action.LAUNCH,
    NextStep.ASK_GATEWAY: Action.LOOK_UP,
    NextStep.CONFIRM_BY_LOOKUP: Action.LOOK_UP,
    NextStep.NEW_ORDER_ID: Action.NEW_NUMBER,
    NextStep.SETTLE_CONFLICT: Action.SETTLE,
}
"""The steps that a person can take, and the action that each needs."""


def broken(world: World) -> str | None:
    """What does not hold now, in one sentence; None when everything does."""
    return next(_faults(world), None)


def _faults(world: World) -> Iterator[str]:
    seen = world.seen()
    yield from _about_one_customer(seen)
    for one in seen:
        yield from _about_money(world, one)
        yield from _about_a_second_payment(world, one)
        yield from _about_the_way_on(one)
        sent = _sent(world, one.order.order_id)
        yield from _about_repeats(sent)
        yield from _about_lookups(world, sent)


def _about_money(world: World, one: Seen) -> Iterator[str]:
    number, order = one.order.order_id, one.order
    paid = world.gateway.paid(number)
    in_yen = world.gateway.paid_in_yen(number)
    if order.money == "confirmed" and in_yen != Yen(order.amount or 0, order.tax or 0):
        yield f"{number} is shown as confirmed, and truly paid in yen is {in_yen}"
    shown = order.status == State.PAYSUCCESS or order.conflict is not None
    if not paid and (number, CustomerMessage.PAID) in world.read:
        yield f"a customer has read that {number} is paid, and nobody has paid it"
    if paid and not shown and _was_told(world, number) and not world.in_attention(order):
        yield f"{number} is paid, a lookup has said so, and the desk shows {order.status}"


def _about_one_customer(seen: Sequence[Seen]) -> Iterator[str]:
    """A1, A1-1 and A1-2 are one customer's: once one of them is paid, nobody makes another."""
    if all(one.order.order_id != "A1" for one in seen):
        return
    paid = {one.order.order_id for one in seen if one.order.status == State.PAYSUCCESS}
    for one in seen:
        anew = one.decision.next_step in (NextStep.NEW_ORDER_ID, NextStep.CORRECT_VALUES)
        if anew and paid - {one.order.order_id}:
            yield f"{one.order.order_id} is to be tried anew, and {paid} is paid"


def _about_a_second_payment(world: World, one: Seen) -> Iterator[str]:
    """Nobody is sent to pay another order while a lookup has said that this one can be paid.

    But for the order whose Token was lost with the answer to our own ExecTran.
    """
    number = one.order.order_id
    said = _last_said(world, number)
    trade = world.gateway.trades.get(number)
    if trade is None or trade.state not in PAYABLE:
        return
    ours = trade.access_id == one.order.access_id
    lost = any(call.call is Call.EXEC and call.unanswered for call in _sent(world, number))
    # Nobody has its Token: no customer can be sent to that page.
    unreachable = trade.start_url != START_URL
    sends_away = one.decision.next_step is NextStep.NEW_ORDER_ID
    if sends_away and ours and not (lost or unreachable) and said in PAYABLE:
        yield f"{number} can be paid, as a lookup has said, and a new OrderID is recommended"


def _last_said(world: World, number: str) -> str | None:
    """The status in the last answer to a lookup that has reached the desk."""
    answers = [
        call.answer
        for call in _sent(world, number)
        if call.call is Call.SEARCH and call.fate is Fate.ANSWERED
    ]
    values = dict(split_form(answers[-1])) if answers else {}
    return values.get(b"Status", b"").decode() or None


def _sent(world: World, number: str) -> list[Sent]:
    return [call for call in world.line.sent if call.order_id == number]


def _was_told(world: World, number: str) -> bool:
    """Whether a lookup has said that it is paid since a person last settled what it says."""
    settled = max((at for at, whose in world.settled if whose == number), default=None)
    return any(
        call.call is Call.SEARCH
        and call.fate is Fate.ANSWERED
        and b"Status=PAYSUCCESS" in call.answer
        and (settled is None or call.at > settled)
        for call in _sent(world, number)
    )


def _about_the_way_on(one: Seen) -> Iterator[str]:
    """Every order that is not final has a step that can be taken, or a time at which we act."""
    order, decision = one.order, one.decision
    step, number = decision.next_step, one.order.order_id
    if action := DONE_BY.get(step):
        if action not in decision.possible:
            yield f"{number}: the next step is {step}, which is locked"
    elif step is NextStep.WAIT_UNTIL_DUE and decision.due_at is None:
        yield f"{number}: the next step is to wait, and nobody says until when"
    elif step is NextStep.NOTHING and order.status not in FINAL and _is_to_be_ended(order):
        yield f"{number} is {order.status}, and there is nothing to do"
    waits = order.status in PAYABLE and order.conflict is None
    if waits and order.lookup_due_at is None:
        yield f"{number} can be paid, and no lookup is due"


def _is_to_be_ended(order: Order) -> bool:
    """Another system's order is not the desk's to end, while nobody can pay it."""
    return order.origin is Origin.CREATED or order.status in PAYABLE


def _about_repeats(sent: Sequence[Sent]) -> Iterator[str]:
    """No unanswered call goes out again before a lookup has freed it, or on another trade."""
    silent: Sent | None = None
    for call in sent:
        if call.call is Call.SEARCH:
            late_enough = silent and call.at - silent.at >= SETTLE - MOMENT
            silent = None if call.fate is Fate.ANSWERED and late_enough else silent
        elif silent and silent.call is call.call:
            yield f"{call.order_id}: {call.call} was sent again, and nobody knew of the first"
        elif call.unanswered:
            silent = call
        elif b"AccessPass=" in call.answer:
            silent = None


def _about_lookups(world: World, sent: Sequence[Sent]) -> Iterator[str]:
    """The desk by itself keeps the hour, but for what a result or a silence makes it ask."""
    last: Sent | None = None
    for call in sent:
        # One that is refused for too many requests is to be asked again, says the interface.
        if call.call is not Call.SEARCH or call.fate in (Fate.NEVER_LEFT, Fate.BUSY):
            continue
        early = last is not None and call.at - last.at < HOUR - MOMENT
        if last and early and call.by == DESK and not _is_exempt(world, last, call, sent):
            after = call.at - last.at
            yield f"{call.order_id}: the desk asked {after} after a request that may have arrived"
        last = call


def _is_exempt(world: World, last: Sent, call: Sent, sent: Sequence[Sent]) -> bool:
    """Whether a verified result that nobody had brought before, or a silence, came in between."""
    went_silent = any(
        last.at <= one.at <= call.at and one.unanswered and one.call is not Call.SEARCH
        for one in sent
    )
    earlier = {one.body for one in world.heard if one.at <= last.at}
    reported = any(
        last.at < one.at <= call.at
        and one.order_id == call.order_id
        and _asks_at_once(one)
        and one.body not in earlier
        for one in world.heard
    )
    return went_silent or reported


def _asks_at_once(one: Heard) -> bool:
    """Whether a result says that money has moved, may have moved, or that sources disagree."""
    return one.state == State.PAYSUCCESS or MONEY_MAY_HAVE_MOVED in one.body or one.disputed
