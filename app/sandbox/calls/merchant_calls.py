"""A merchant's three calls as jobs for the store, for values that passed every format check."""

import base64
import secrets
import sqlite3
from typing import Final

from app.protocol.messages import Call
from app.protocol.statuses import UNDER_WAY, Cause, Status, refusal
from app.sandbox.scenarios.catalogue import NOT_EXECUTED, NOT_EXECUTED_AT_FIRST, named, scenario_of
from app.sandbox.store import rules, trades
from app.sandbox.store.rules import Rules, Values
from app.sandbox.store.trades import COLUMNS, Refused, Trade

_CLIENT_FIELDS: Final = ("ClientField1", "ClientField2", "ClientField3")

_ENTER: Final = f"""
insert into trade (ShopID, OrderID, AccessID, AccessPass, Amount, Tax, Status, cause, scenario,
                   entered_at, processed_at)
select :ShopID, :OrderID, :AccessID, :AccessPass, :Amount, :Tax, 'UNPROCESSED', 'entry',
       :scenario, :now, :now
where exists (select 1 from shop where ShopID = :ShopID and ShopPass = :ShopPass)
on conflict (ShopID, OrderID) do nothing
returning {COLUMNS}"""  # noqa: S608  # nosec B608 # names of ours; values are parameters

_EXECUTE: Final = f"""
update trade set Status = 'REQSUCCESS', cause = 'exec', processed_at = :now,
       expires_at = :expires_at, Token = :Token, RetURL = :RetURL, ClientField1 = :ClientField1,
       ClientField2 = :ClientField2, ClientField3 = :ClientField3
where AccessID = :AccessID and AccessPass = :AccessPass and OrderID = :OrderID
  and ShopID = :ShopID and Status = 'UNPROCESSED' and scenario not in ({NOT_EXECUTED})
  and (tries > 0 or scenario not in ({NOT_EXECUTED_AT_FIRST}))
  and exists (select 1 from shop where ShopID = :ShopID and ShopPass = :ShopPass)
returning {COLUMNS}"""  # noqa: S608  # nosec B608 # names of ours; values are parameters

_SEARCH: Final = f"""
select {COLUMNS} from trade
where ShopID = :ShopID and OrderID = :OrderID
  and exists (select 1 from shop where ShopID = :ShopID and ShopPass = :ShopPass)"""  # noqa: S608  # nosec B608 # names of ours; values are parameters


def enter(connection: sqlite3.Connection, given: Rules, values: Values) -> Trade | Refused:
    """EntryTran (Interface 2.1.2.1)."""
    row = {
        **values,
        "Amount": int(values["Amount"]),
        "Tax": int(values.get("Tax") or 0),
        "AccessID": trades.new_access_id(),
        "AccessPass": trades.new_access_pass(),
        "scenario": scenario_of(values["OrderID"]).name,
        "now": given.controls.now(connection),
    }
    trade = trades.one(connection.execute(_ENTER, row))
    if trade is not None:
        return trade
    return rules.ALREADY_USED if rules.known_shop(connection, values) else rules.NO_SHOP


def execute(connection: sqlite3.Connection, given: Rules, values: Values) -> Trade | Refused:
    """ExecTran (Interface 2.1.2.2).

    A trade whose scenario keeps it from being executed comes back as it is.
    """
    now = given.controls.now(connection)
    row = {
        **dict.fromkeys(_CLIENT_FIELDS, ""),
        **values,
        "Token": new_token(),
        "now": now,
        "expires_at": now + given.term,
    }
    trade = trades.one(connection.execute(_EXECUTE, row))
    return trade or _why_not_executed(connection, given, values)


def _why_not_executed(
    connection: sqlite3.Connection, given: Rules, values: Values
) -> Trade | Refused:
    if not rules.known_shop(connection, values):
        return rules.NO_SHOP
    trade = trades.by_access_id(connection, values["AccessID"])
    if trade is None or trade.AccessPass != values["AccessPass"]:
        return rules.NO_TRADE
    if trade.ShopID != values["ShopID"]:
        return rules.OF_ANOTHER_SHOP
    if trade.OrderID != values["OrderID"]:
        return rules.NO_TRADE
    trade = rules.with_term(connection, given, trade)
    code = refusal(trade.status, Call.EXEC)
    if code:
        return Refused(code)
    connection.execute("update trade set tries = tries + 1 where id = ?", (trade.id,))
    return trade


def search(connection: sqlite3.Connection, given: Rules, values: Values) -> Trade | Refused:
    """SearchTradeMulti (Interface 3.1.2.1)."""
    trade = trades.one(connection.execute(_SEARCH, values))
    if trade is not None:
        return _as_found(connection, given, trade)
    return rules.NOT_REGISTERED if rules.known_shop(connection, values) else rules.NO_SHOP


def _as_found(connection: sqlite3.Connection, given: Rules, trade: Trade) -> Trade:
    """The trade, where time or its scenario has moved it since."""
    scenario = named(trade.scenario)
    if trade.Status in UNDER_WAY:
        if scenario.expires_unpaid:
            cause = Cause.TERM_OVER.value
            return rules.correct(connection, given, trade, Status.EXPIRED, cause)
        return rules.with_term(connection, given, trade)
    if trade.Status == Status.PAYFAIL and scenario.paid_after_failed:
        cause = rules.PAID_AFTER_FAILED
        return rules.correct(connection, given, trade, Status.PAYSUCCESS, cause)
    return trade


def new_token() -> str:
    """64 characters of the base64 alphabet, never with `=`.

    Always with a `+` and a `/`, so that a client which form-decodes the answer, or forgets to
    escape the start form, fails at its first try and not at every third.
    """
    while True:
        token = base64.b64encode(secrets.token_bytes(48)).decode("ascii")
        if "+" in token and "/" in token:
            return token
