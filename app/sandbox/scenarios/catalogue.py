"""The one table of scenarios: the guide, the select boxes, the tests and the gateway read it.

An OrderID that ends in a scenario's suffix follows it; an operator may choose another per order.
"""

import re
from collections.abc import Iterable
from typing import Final

from app.protocol.messages import Call
from app.protocol.words import N_, Words
from app.sandbox.scenarios.effects_on_calls import CALL_SCENARIOS
from app.sandbox.scenarios.effects_on_payments import PAYMENT_SCENARIOS
from app.sandbox.scenarios.scenario import Scenario

ORDINARY: Final = Scenario(
    "ordinary",
    does=N_("Nothing special: the payment goes as the customer's button says."),
    sees=N_("One verified result arrives."),
)

SCENARIOS: Final[tuple[Scenario, ...]] = (ORDINARY, *CALL_SCENARIOS, *PAYMENT_SCENARIOS)

_BY_NAME: Final = {scenario.name: scenario for scenario in SCENARIOS}
_BY_SUFFIX: Final = {scenario.name: scenario for scenario in SCENARIOS if scenario.suffix}


def _sql_list(scenarios: Iterable[Scenario]) -> str:
    return ", ".join(f"'{scenario.name}'" for scenario in scenarios)


_STOPPED: Final = [
    scenario
    for scenario in SCENARIOS
    if scenario.fault and scenario.call is Call.EXEC and not scenario.fault.works
]

# Lists in SQL: the scenarios under which ExecTran is never carried out, those under which it is
# not at first, and those that have chosen how the customer's visit ends.
NOT_EXECUTED: Final = _sql_list(scenario for scenario in _STOPPED if not scenario.only_first)
NOT_EXECUTED_AT_FIRST: Final = _sql_list(scenario for scenario in _STOPPED if scenario.only_first)
WITH_ENDING: Final = _sql_list(scenario for scenario in SCENARIOS if scenario.ending)

_LATE: Final = re.compile(r"late([0-9]{1,3})")


def named(name: str) -> Scenario:
    """The scenario of this name; the ordinary one for a name that a later version knew."""
    return _BY_NAME.get(name, ORDINARY)


def scenario_of(order_id: str) -> Scenario:
    """The scenario that an OrderID asks for by its suffix, exactly as written."""
    if "-" not in order_id:
        return ORDINARY
    suffix = order_id.rpartition("-")[2]
    return _BY_SUFFIX.get("late" if _LATE.fullmatch(suffix) else suffix, ORDINARY)


def delay_of(scenario: Scenario, order_id: str) -> int:
    """How many seconds late the result of this order is delivered."""
    asked = _LATE.fullmatch(order_id.rpartition("-")[2])
    return int(asked.group(1)) if asked and scenario.name == "late" else scenario.delay


def choices() -> tuple[tuple[str, Words], ...]:
    """Suffix and effect of each scenario, for those who choose one by the OrderID."""
    return tuple((scenario.suffix, scenario.does) for scenario in SCENARIOS)
