"""The readiness sheet: which scenarios a shop's client has been through, and how it came out.

What a client does towards the gateway is seen here: whether it looks an order up after silence,
or repeats blindly. What it makes of a result is not, so a person's word completes the sheet.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from app.protocol.messages import Call
from app.protocol.statuses import RETURNED, Status
from app.protocol.words import N_, Words
from app.sandbox.scenarios.catalogue import SCENARIOS
from app.sandbox.scenarios.faults import Ending, Fault
from app.sandbox.scenarios.scenario import Scenario
from app.sandbox.store.journal import Entry, last_requests
from app.sandbox.store.rules import PAID_AFTER_FAILED
from app.sandbox.store.trades import COLUMNS, Trade

REQUESTS_LIMIT: Final = 5000

# The index over the rare ones is used where it is spelt out that the scenario is one of them.
_LATEST: Final = f"""
select {COLUMNS} from trade
where ShopID = :shop and scenario = :name and scenario <> 'ordinary' order by id desc limit 1"""  # noqa: S608  # nosec B608 # names of ours; values are parameters
# Any order without a suffix is ordinary, so the latest may be a mere substitute for another's.
_FURTHEST_ORDINARY: Final = f"""
select {COLUMNS} from trade where id = coalesce(
  (select id from trade where ShopID = :shop and scenario = :name
   and Status in ({", ".join(f"'{status}'" for status in RETURNED)}) order by id desc limit 1),
  (select id from trade where ShopID = :shop and scenario = :name order by id desc limit 1))"""  # noqa: S608  # nosec B608 # names of ours; values are parameters


class State(StrEnum):
    """How a scenario stands."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"

    @property
    def words(self) -> str:
        """What the sheet calls it."""
        return _STATES[self]


_STATES: Final = {
    State.OPEN: N_("Still open"),
    State.DONE: N_("Done"),
    State.FAILED: N_("Failed"),
}


class ReadinessRow(NamedTuple):
    """One scenario on the sheet, with the reason for its state."""

    scenario: Scenario
    state: State
    why: Words
    by_hand: bool = False


_NOT_TRIED: Final = N_("Not tried yet.")
_BY_HAND: Final = N_("Somebody has judged it.")
_ASK: Final = N_("Tried. See what became of the result, then judge it.")
_LOOKED_UP: Final = N_("The client looked the order up.")
_REPEATED: Final = N_("The client repeated the call without a lookup.")
_NO_LOOKUP: Final = N_("Tried. A lookup by the client is due.")
_NO_NOTICE: Final = N_(
    "No notice was sent: give the shop an address for notices on the control panel."
)
_WENT_ON: Final = N_("The client went on as it should.")
_STOPPED: Final = N_("The client has not gone on yet.")


def sheet(connection: sqlite3.Connection, shop_id: str) -> list[ReadinessRow]:
    """Every scenario with how it stands for the client of a shop."""
    marked = dict(
        connection.execute("select scenario, state from verdict where ShopID = ?", (shop_id,))
    )
    requests: dict[str, list[Entry]] = defaultdict(list)
    for entry in last_requests(connection, shop_id, REQUESTS_LIMIT):
        requests[entry.OrderID].append(entry)
    return [_row(connection, shop_id, scenario, marked, requests) for scenario in SCENARIOS]


def _row(
    connection: sqlite3.Connection,
    shop_id: str,
    scenario: Scenario,
    marked: dict[str, str],
    requests: dict[str, list[Entry]],
) -> ReadinessRow:
    if scenario.name in marked:
        return ReadinessRow(scenario, State(marked[scenario.name]), _BY_HAND, by_hand=True)
    sql = _LATEST if scenario.suffix else _FURTHEST_ORDINARY
    row = connection.execute(sql, {"shop": shop_id, "name": scenario.name}).fetchone()
    if row is None:
        return ReadinessRow(scenario, State.OPEN, _NOT_TRIED)
    trade = Trade._make(row)
    if scenario.name == "noticefirst" and _ended(trade) and not _was_noticed(connection, trade):
        return ReadinessRow(scenario, State.OPEN, _NO_NOTICE)
    return ReadinessRow(scenario, *_seen(scenario, trade, requests[trade.OrderID]))


def _seen(scenario: Scenario, trade: Trade, requests: Sequence[Entry]) -> tuple[State, Words]:
    """What the latest trade of a scenario shows."""
    if scenario.fault is Fault.BUSY:  # executed at last
        return (State.OPEN, _STOPPED) if trade.RetURL == "" else (State.DONE, _WENT_ON)
    if scenario.fault is Fault.DRIP:  # whoever did not wait has no Token to start with
        return (State.DONE, _WENT_ON) if _was_started(trade) else (State.OPEN, _STOPPED)
    if scenario.fault is Fault.LATE and _was_started(trade):  # who waited long enough got it
        return State.DONE, _WENT_ON
    if scenario.fault is Fault.REFUSE:
        return State.OPEN, _ASK
    if scenario.fault:
        return _after_fault(requests)
    if scenario.paid_after_failed:
        found = trade.cause == PAID_AFTER_FAILED
        return (State.DONE, _LOOKED_UP) if found else (State.OPEN, _NO_LOOKUP)
    if scenario.deliveries == 0 or scenario.ending is Ending.LEFT or scenario.expires_unpaid:
        return _after_silence(trade, requests)
    return State.OPEN, _ASK if _ended(trade) else _STOPPED


def _after_fault(requests: Sequence[Entry]) -> tuple[State, Words]:
    calls = iter(requests)
    hit = next((entry for entry in calls if entry.fault), None)
    # A lookup that was refused has told the client nothing.
    following = next((one for one in calls if one.call != Call.SEARCH or not one.codes), None)
    if hit is None or following is None:
        return State.OPEN, _NO_LOOKUP
    if following.call == Call.SEARCH:
        return State.DONE, _LOOKED_UP
    return State.FAILED, _REPEATED


def _after_silence(trade: Trade, requests: Sequence[Entry]) -> tuple[State, Words]:
    asked = any(
        entry.call == Call.SEARCH and not entry.codes and entry.at >= trade.processed_at
        for entry in requests
    )
    return (State.DONE, _LOOKED_UP) if _was_started(trade) and asked else (State.OPEN, _NO_LOOKUP)


def _ended(trade: Trade) -> bool:
    return trade.Status in RETURNED


def _was_noticed(connection: sqlite3.Connection, trade: Trade) -> bool:
    found = connection.execute("select 1 from notice where trade_id = ?", (trade.id,))
    return found.fetchone() is not None


def _was_started(trade: Trade) -> bool:
    return trade.Status not in (Status.UNPROCESSED, Status.REQSUCCESS)


def mark_by_hand(connection: sqlite3.Connection, shop_id: str, scenario: str, state: State) -> None:
    """Put down a person's word; `open` takes it back."""
    connection.execute("delete from verdict where ShopID = ? and scenario = ?", (shop_id, scenario))
    if state is not State.OPEN:
        row = (shop_id, scenario, state.value)
        connection.execute("insert into verdict (ShopID, scenario, state) values (?, ?, ?)", row)
