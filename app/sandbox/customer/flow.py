"""The customer's visit to the gateway as jobs for the store."""

import sqlite3
from typing import Final

from app.protocol.messages import Call
from app.protocol.statuses import Status, refusal
from app.sandbox.scenarios.catalogue import WITH_ENDING, named
from app.sandbox.scenarios.faults import Ending
from app.sandbox.store import rules, trades
from app.sandbox.store.rules import Rules, Values
from app.sandbox.store.trades import COLUMNS, Refused, Trade

_START: Final = f"""
update trade set Status = 'PAYSTART', cause = 'start', processed_at = :now
where AccessID = :AccessID and Token = :Token and Status = 'REQSUCCESS' and expires_at > :now
returning {COLUMNS}"""  # noqa: S608  # nosec B608 # names of ours; values are parameters

_END: Final = f"""
update trade set Status = :to, cause = :cause, processed_at = :now, ErrInfo = :ErrInfo
where AccessID = :AccessID and Token = :Token and Status = 'PAYSTART' and expires_at > :now
  and (:chosen or scenario not in ({WITH_ENDING}))
returning {COLUMNS}"""  # noqa: S608  # nosec B608 # names of ours; values are parameters


def start(connection: sqlite3.Connection, given: Rules, values: Values) -> Trade | Refused:
    """The customer arrives (Interface 2.1.2.3); in PAYSTART the page is shown once more."""
    row = {**values, "now": given.controls.now(connection)}
    started = trades.one(connection.execute(_START, row))
    return started or _startable(connection, given, values)


def end(
    connection: sqlite3.Connection, given: Rules, values: Values, pressed: Ending
) -> Trade | Refused:
    """The customer presses a button. A scenario may have chosen another ending than theirs."""
    ended = None
    if pressed is not Ending.LEFT:
        ended = _end(connection, given, values, pressed, chosen=False)
    return ended or _otherwise(connection, given, values, pressed)


def _end(
    connection: sqlite3.Connection, given: Rules, values: Values, ending: Ending, *, chosen: bool
) -> Trade | None:
    row = {
        **values,
        "to": ending.status.value,
        "cause": ending.value,
        "ErrInfo": ending.code,
        "chosen": chosen,
        "now": given.controls.now(connection),
    }
    return trades.one(connection.execute(_END, row))


def _otherwise(
    connection: sqlite3.Connection, given: Rules, values: Values, pressed: Ending
) -> Trade | Refused:
    before = trades.by_access_id(connection, values["AccessID"])
    trade = _startable(connection, given, values)
    if isinstance(trade, Refused):
        was_open = before is not None and before.Status == Status.PAYSTART
        over = was_open and trade == refusal_of(Status.EXPIRED)
        return rules.ENDED_WHILE_PAYING if over else trade
    if trade.Status != Status.PAYSTART:
        return rules.NEVER_STARTED
    scenario = named(trade.scenario)
    ending = scenario.ending or pressed
    if ending is not Ending.LEFT:
        return _end(connection, given, values, ending, chosen=True) or rules.NEVER_STARTED
    if scenario.expires_unpaid:
        return rules.correct(connection, given, trade, Status.EXPIRED, rules.LEFT)
    return trade


def refusal_of(status: Status) -> Refused | None:
    """What the customer is told who arrives at a trade in this status; None: they may pay."""
    code = refusal(status, Call.START)
    return Refused(code) if code else None


def _startable(connection: sqlite3.Connection, given: Rules, values: Values) -> Trade | Refused:
    trade = trades.by_access_id(connection, values["AccessID"])
    if trade is None:
        return rules.NO_SUCH_START
    if trade.Token is not None and trade.Token != values["Token"]:
        return rules.WRONG_TOKEN
    trade = rules.with_term(connection, given, trade)
    return refusal_of(trade.status) or trade
