"""One history: a beginning, acts in any order, and an end that a dutiful operator finds.

An act that cannot be done where it comes is left out, so that any part of a history is one too.
`read_history` makes one of bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from app.desk.actions import Action
from app.desk.actions.settle_conflict import Settlement
from tests.model.cast import (
    OURS,
    Customer,
    Forger,
    Gatekeeper,
    Operator,
    OtherSystem,
    desk_asks,
)
from tests.model.dutiful import MOST_STEPS, DutifulOperator
from tests.model.gateway import State, Trade, Yen
from tests.model.invariants import broken
from tests.model.line import START_URL, Fate
from tests.model.world import World

NUMBERS = ("A1", "A1-1", "A1-2")
OTHER_PRICE = Yen(500, 80)
FAILED = (State.PAYFAIL, State.EXPIRED)
UNPAID = (State.UNPROCESSED, State.REQSUCCESS, State.PAYSTART, *FAILED)

BYTES_AN_ACT = 4

Act = tuple[Any, ...]
"""A method of History, and what it is called with."""

T = TypeVar("T")


class History:
    """A history of one shop, in which everything that must hold is looked at after each act."""

    def __init__(self, world: World) -> None:
        world.begin()
        self.world = world
        self.operator, self.customer = Operator(world), Customer(world)
        self.forger, self.gatekeeper = Forger(world), Gatekeeper(world)
        self.other = OtherSystem(world)
        self.dutiful = DutifulOperator(world, self.operator)

    def play(self, good_steps: int, acts: Sequence[Act]) -> None:
        """Most of what can go wrong comes after a good beginning."""
        beginning = (self.operator.opens, self.operator.registers, self.operator.executes)
        for step in beginning[:good_steps]:
            step(NUMBERS[0])
        for act, *how in acts:
            act(self, *how)
            self.holds()
        self.finds_an_end()

    def finds_an_end(self) -> None:
        """From wherever the history has led, few recommended steps end every order."""
        for number in self.numbers():
            taken = self.dutiful.steps_to_the_end(number)
            self.holds()
            assert taken is not None, self.told(
                f"{number} has not ended after {MOST_STEPS} recommended steps"
            )

    def holds(self) -> None:
        """What must hold does."""
        fault = broken(self.world)
        assert fault is None, self.told(fault)

    def told(self, fault: str | None) -> str:
        """The whole story, and what is wrong at its end."""
        return "\n".join(["", *self.world.story, f"=> {fault}"])

    def registers(self, which: int, fate: Fate) -> None:
        _each(self.can(Action.REGISTER), which, self.operator.registers, fate)

    def executes(self, which: int, fate: Fate) -> None:
        _each(self.can(Action.EXECUTE), which, self.operator.executes, fate)

    def looks_up(self, which: int, fate: Fate, believe: Settlement | None) -> None:
        """`believe`: how the operator settles whatever comes of it, if they do at once."""
        _each(self.can(Action.LOOK_UP), which, self.operator.looks_up, fate)
        if believe:
            self.holds()
            self.settles(which, believe)

    def settles(self, which: int, believe: Settlement) -> None:
        _each(self.can(Action.SETTLE), which, self.operator.settles, believe)

    def sends_customer(self, which: int) -> None:
        _each(self.can(Action.LAUNCH), which, self.operator.sends_customer)

    def takes_a_new_number(self) -> None:
        # A result of another system's trade makes its number an order here.
        free = [number for number in NUMBERS if number not in self.numbers()]
        if free and self.can(Action.NEW_NUMBER):
            self.operator.opens(free[0])

    def sends_the_form_again(self, which: int) -> None:
        _each(self.operator.numbers(), which, self.operator.sends_again)

    def customer_pays(self, which: int) -> None:
        _each(self.tokens(), which, self.customer.pays)

    def payment_fails(self, which: int, code: str) -> None:
        _each(self.tokens(), which, self.customer.cancels, code)

    def customer_leaves(self, which: int) -> None:
        _each(self.tokens(), which, self.customer.leaves)

    def result_arrives(self, which: int) -> None:
        _each(self.world.gateway.results, which, self.customer.brings)

    def result_arrives_before_a_kill(self, which: int) -> None:
        _each(self.world.gateway.results, which, self.customer.brings_before_a_kill)

    def forged_result_arrives(self, which: int, how: str) -> None:
        before = self.claims()
        _each(self.numbers(), which, self.forger.brings, State.PAYSUCCESS, how)
        assert self.claims() == before, self.told("a forged result has changed a claim")

    def other_registers(self, which: int, price: Yen) -> None:
        free = [number for number in NUMBERS if number not in self.world.gateway.trades]
        _each(free, which, self.other.registers, price)

    def other_executes(self, which: int) -> None:
        _each(self.trades(State.UNPROCESSED), which, self.other.executes)

    def page_moves(self, url: str) -> None:
        self.gatekeeper.moves_its_page(url)

    def trade_is_in_another_currency(self, which: int) -> None:
        _each(self.trades(*UNPAID), which, self.gatekeeper.counts_in, "USD")

    def gateway_loses(self, which: int) -> None:
        _each(self.trades(*UNPAID), which, self.gatekeeper.loses)

    def money_is_found(self, which: int) -> None:
        _each(self.trades(*FAILED), which, self.gatekeeper.finds_money)

    def gateway_notifies(self, which: int) -> None:
        _each(self.trades(*State), which, self.gatekeeper.notifies)

    def desk_asks(self, fate: Fate) -> None:
        desk_asks(self.world, fate)

    def time_passes(self, by: timedelta) -> None:
        self.world.passes(by)

    def numbers(self) -> list[str]:
        """The OrderIDs of the desk's orders."""
        return [one.order.order_id for one in self.world.seen()]

    def can(self, action: Action) -> list[str]:
        """The OrderIDs with which the desk lets an operator do this now."""
        seen = self.world.seen()
        return [one.order.order_id for one in seen if action in one.decision.possible]

    def tokens(self) -> list[str]:
        """The Tokens with which somebody can be sent to a page, and which still open it."""
        payable = self.world.gateway.payable()
        return [one.token for one in payable if one.token and one.start_url == START_URL]

    def claims(self) -> list[tuple[object, ...]]:
        """What the desk holds of each order."""
        return [
            (one.order.id, one.order.status, one.order.source, one.order.conflict, one.order.money)
            for one in self.world.seen()
        ]

    def trades(self, *states: State) -> list[Trade]:
        """The gateway's trades in these states."""
        return [one for one in self.world.gateway.trades.values() if one.state in states]


def _each(things: Sequence[T], which: int, act: Callable[..., object], *how: object) -> None:
    """Do it to one of these, if there is any."""
    if things:
        act(things[which % len(things)], *how)


def histories(most_acts: int) -> st.SearchStrategy[bytes]:
    """Bytes that `read_history` reads. Drawn in one piece they are evenly spread."""
    return st.binary(min_size=1 + 6 * BYTES_AN_ACT, max_size=1 + most_acts * BYTES_AN_ACT)


def read_history(drawn: bytes) -> tuple[int, list[Act]]:
    """How far the beginning goes well, and what happens then."""
    good_steps, rest = 1 + drawn[0] % 3, drawn[1:]
    acts = [rest[start : start + BYTES_AN_ACT] for start in range(0, len(rest), BYTES_AN_ACT)]
    return good_steps, [_read_act(*act.ljust(BYTES_AN_ACT, b"\0")) for act in acts]


def _read_act(act: int, *how: int) -> Act:
    method, *choices = ACTS[act % len(ACTS)]
    return method, *(_pick(choice, byte) for choice, byte in zip(choices, how, strict=False))


def _pick(choice: Sequence[T], byte: int) -> T:
    return choice[byte % len(choice)]


def _mostly_answered(fates: Sequence[Fate]) -> list[Fate]:
    return [*[Fate.ANSWERED] * len(fates), *fates]


SOME = range(3)
SPANS = [timedelta(minutes=2), timedelta(minutes=61), timedelta(hours=24)]
SETTLEMENTS: list[Settlement] = ["lookup", "keep"]
# A lookup carries no value that could be refused.
LOOKUP_FATES = [fate for fate in Fate if fate is not Fate.VALUE_REFUSED]
LOOKS_UP = (History.looks_up, SOME, _mostly_answered(LOOKUP_FATES), [None, None, *SETTLEMENTS])

ACTS: list[tuple[Any, ...]] = [
    (History.registers, SOME, _mostly_answered(list(Fate))),
    (History.executes, SOME, _mostly_answered(list(Fate))),
    LOOKS_UP,
    LOOKS_UP,
    (History.desk_asks, _mostly_answered(LOOKUP_FATES)),
    (History.settles, SOME, SETTLEMENTS),
    (History.time_passes, SPANS),
    (History.time_passes, SPANS),
    (History.customer_pays, SOME),
    (History.customer_pays, SOME),
    (History.payment_fails, SOME, ["", "NC2000001"]),
    (History.result_arrives, SOME),
    (History.result_arrives, SOME),
    (History.result_arrives_before_a_kill, SOME),
    (History.takes_a_new_number,),
    (History.gateway_notifies, SOME),
    (History.other_registers, SOME, [OURS, OTHER_PRICE]),
    (History.other_executes, SOME),
    (History.gateway_loses, SOME),
    (History.page_moves, [START_URL, "https://elsewhere.example/NetCashStart.idPass"]),
    (History.trade_is_in_another_currency, SOME),
    (History.money_is_found, SOME),
    (History.sends_customer, SOME),
    (History.sends_the_form_again, SOME),
    (History.customer_leaves, SOME),
    (History.forged_result_arrives, SOME, ["wrong", "no", "another"]),
]
"""What can happen, with all it can happen with; what is there more than once happens more often."""
