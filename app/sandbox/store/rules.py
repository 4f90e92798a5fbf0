"""What the gateway's moves have in common: its refusals, the payment term, the customary doubt.

Each move is one conditional update, which succeeds for exactly one of any number of simultaneous
callers and is all that an ordinary call costs. Only when it moved nothing is the reason looked
for, in the order in which the gateway checks: shop and password, trade, state.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.protocol.statuses import UNDER_WAY, Status
from app.sandbox.store import trades
from app.sandbox.store.controls import Controls
from app.sandbox.store.trades import COLUMNS, Refused, Trade

Values = Mapping[str, str]

NO_SHOP: Final = Refused("M01002002")
NOT_REGISTERED: Final = Refused("M01004002")
ALREADY_USED: Final = Refused("M01004010")
NO_TRADE: Final = Refused("M01058002")
OF_ANOTHER_SHOP: Final = Refused("M01058010")
NO_SUCH_START: Final = Refused("NC1000002")
WRONG_TOKEN: Final = Refused("NC1000003")
NEVER_STARTED: Final = Refused("NC1000006")
ENDED_WHILE_PAYING: Final = Refused("NC1000007")

# Causes that the interface does not know: they exist in scenarios only.
LEFT: Final = "left"
PAID_AFTER_FAILED: Final = "paid-after-failed"

_CORRECT: Final = f"""
update trade set Status = :to, cause = :cause, processed_at = :now, ErrInfo = ''
where id = :id returning {COLUMNS}"""  # noqa: S608  # nosec B608 # names of ours; values are parameters

_EXPIRE_DUE: Final = """
update trade set Status = 'EXPIRED', cause = 'term-over', processed_at = expires_at
where Status in ('REQSUCCESS', 'PAYSTART') and expires_at <= ?"""


@dataclass(frozen=True)
class Rules:
    """What every move asks: the time, and how many milliseconds a customer has to pay."""

    controls: Controls
    term: int


def known_shop(connection: sqlite3.Connection, values: Values) -> bool:
    """Whether ShopID and ShopPass are those of a shop."""
    return trades.is_shop(connection, values["ShopID"], values["ShopPass"])


def expire_due(connection: sqlite3.Connection, rules: Rules) -> int:
    """Give every unpaid trade whose term is over its status; how many there were."""
    return connection.execute(_EXPIRE_DUE, (rules.controls.now(connection),)).rowcount


def with_term(connection: sqlite3.Connection, rules: Rules, trade: Trade) -> Trade:
    """The trade, EXPIRED if it is found unpaid after its term (Interface 1.2.2)."""
    now = rules.controls.now(connection)
    if trade.Status in UNDER_WAY and trade.expires_at is not None and trade.expires_at <= now:
        expire_due(connection, rules)
        return trades.by_access_id(connection, trade.AccessID) or trade
    return trade


def correct(
    connection: sqlite3.Connection, rules: Rules, trade: Trade, to: Status, cause: str
) -> Trade:
    """Move a trade because its scenario says so, whatever the interface's edges say."""
    row = {"id": trade.id, "to": to.value, "cause": cause, "now": rules.controls.now(connection)}
    return trades.one(connection.execute(_CORRECT, row)) or trade


def reset(connection: sqlite3.Connection, rules: Rules) -> None:
    """Forget every trade, request and judgement, and put the controls back: the next audience."""
    for table in ("notice", "history", "trade", "request", "verdict"):
        connection.execute(f"delete from {table}")  # noqa: S608  # nosec B608 # names of ours; values are parameters
    rules.controls.reset(connection)
