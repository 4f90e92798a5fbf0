"""A dutiful operator: always takes the recommended step, on a network that is good from now on."""

from __future__ import annotations

from app.desk.actions import NextStep
from tests.model.cast import Customer, Operator, desk_asks
from tests.model.world import World

MOST_STEPS = 8

_REGISTERS = (NextStep.REGISTER, NextStep.REGISTER_AGAIN)
_EXECUTES = (NextStep.EXECUTE, NextStep.EXECUTE_AGAIN, NextStep.ADOPT_AND_EXECUTE)
_ASKS = (
    NextStep.ASK_GATEWAY,
    NextStep.CONFIRM_BY_LOOKUP,
    NextStep.FIX_SETTINGS,
    NextStep.CHECK_ADDRESS,
)
ENDS = (
    NextStep.NOTHING,
    NextStep.NEW_ORDER_ID,
    NextStep.CORRECT_VALUES,
    NextStep.OTHER_TRY,
)
"""Nothing is left to be done for this OrderID."""


class DutifulOperator:
    """Ends orders."""

    def __init__(self, world: World, operator: Operator) -> None:
        self._world, self._operator = world, operator
        self._customer = Customer(world)

    def steps_to_the_end(self, order_id: str) -> int | None:
        """How many steps it takes to end this order; None when it does not end."""
        for taken in range(MOST_STEPS):
            step = self._world.decision(order_id).next_step
            if step in ENDS:
                return taken
            self._world.tells(f"The next step of {order_id} is {step}.")
            self._take(step, order_id)
        return MOST_STEPS if self._world.decision(order_id).next_step in ENDS else None

    def _take(self, step: NextStep, order_id: str) -> None:
        if step in _REGISTERS:
            self._operator.registers(order_id)
        elif step in _EXECUTES:
            self._operator.executes(order_id)
        elif step in _ASKS:
            self._operator.looks_up(order_id, reason=None)
        elif step is NextStep.SETTLE_CONFLICT:
            self._settles(order_id)
        elif step is NextStep.SEND_CUSTOMER:
            self._sends_customer(order_id)
        else:
            self._waits(order_id)

    def _settles(self, order_id: str) -> None:
        """Believe the gateway, once it has been asked about what is in conflict."""
        self._operator.settles(order_id, "lookup")
        if self._world.order(order_id).conflict is not None:
            self._operator.looks_up(order_id)
            self._operator.settles(order_id, "lookup")

    def _sends_customer(self, order_id: str) -> None:
        token = self._operator.sends_customer(order_id)
        if token and self._world.gateway.start(token):
            self._customer.brings(self._customer.pays(token))
            desk_asks(self._world)
        else:
            self._waits(order_id)

    def _waits(self, order_id: str) -> None:
        """Until the step's time, or the desk's own."""
        due = self._world.decision(order_id).due_at or self._world.order(order_id).lookup_due_at
        now = self._world.clock.now()
        if due and due > now:
            self._world.passes(due - now)
        desk_asks(self._world)
