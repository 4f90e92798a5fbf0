"""The gateway's side of the demonstration: the same trades in the sandbox's own store.

Without them the sandbox would not know the orders it is asked about, and every answer would
contradict what the desk holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from app.protocol import statuses
from app.protocol.statuses import Cause, Status
from app.sandbox.store.schema import open_store

_CAUSES = {
    Status.UNPROCESSED: Cause.ENTRY,
    Status.REQSUCCESS: Cause.EXEC,
    Status.PAYSTART: Cause.START,
    Status.PAYSUCCESS: Cause.PAID,
    Status.PAYFAIL: Cause.CANCELLED,
    Status.EXPIRED: Cause.TERM_OVER,
}

_INSERT = """
insert or ignore into trade (
  ShopID, OrderID, AccessID, AccessPass, Amount, Tax, Status, cause, scenario, entered_at,
  processed_at, expires_at, Token, RetURL, ClientField1, ClientField2
) values (
  :ShopID, :OrderID, :AccessID, :AccessPass, :Amount, :Tax, :Status, :cause, 'ordinary',
  :entered_at, :processed_at, :expires_at, :Token, :RetURL, :ClientField1, :ClientField2
)"""


@dataclass
class Trade:
    """One trade as the gateway holds it."""

    ShopID: str
    OrderID: str
    AccessID: str
    AccessPass: str
    Amount: int
    Tax: int
    Status: statuses.Status
    entered_at: datetime
    processed_at: datetime
    expires_at: datetime | None = None
    Token: str | None = None
    RetURL: str = ""
    ClientField1: str = ""
    ClientField2: str = ""

    def move(self, status: statuses.Status, at: datetime) -> None:
        """Take another status, from a moment on."""
        if status is not self.Status:
            self.Status, self.processed_at = status, at


_COLUMNS = [column.name for column in fields(Trade)]


def enter_trades(store: Path, trades: Iterable[Trade]) -> None:
    """Write trades into the sandbox's store. Raises sqlite3.Error where the file is no store."""
    connection = open_store(store)
    try:
        connection.execute("begin immediate")
        connection.executemany(_INSERT, [_row(trade) for trade in trades])
        connection.execute("commit")
    finally:
        connection.close()


def _row(trade: Trade) -> dict[str, object]:
    row = {name: _stored(getattr(trade, name)) for name in _COLUMNS}
    return row | {"Status": trade.Status.value, "cause": _CAUSES[trade.Status].value}


def _stored(value: object) -> object:
    return round(value.timestamp() * 1000) if isinstance(value, datetime) else value
