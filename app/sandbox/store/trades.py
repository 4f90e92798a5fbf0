"""One trade as the simulated gateway holds it, and the ways to find one."""

import secrets
import sqlite3
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from app.protocol import statuses
from app.sandbox.store.controls import moment


class Trade(NamedTuple):
    """A row of the table `trade`, with its shop's password, which signs its result."""

    id: int
    ShopID: str
    OrderID: str
    AccessID: str
    AccessPass: str
    Amount: int
    Tax: int
    Status: str
    cause: str
    scenario: str
    entered_at: int
    processed_at: int
    expires_at: int | None
    Token: str | None
    RetURL: str
    ClientField1: str
    ClientField2: str
    ClientField3: str
    ErrInfo: str
    tries: int
    ShopPass: str
    shop_name: str

    @property
    def total(self) -> int:
        """What the customer pays, in yen."""
        return self.Amount + self.Tax

    @property
    def status(self) -> statuses.Status:
        """The status in the protocol's own type."""
        return statuses.Status(self.Status)

    @property
    def processed(self) -> datetime:
        """When the trade was last moved: the protocol's TranDate and ProcessDate."""
        return moment(self.processed_at)


@dataclass(frozen=True)
class Refused:
    """Why the gateway did not do what it was asked: one code of its error catalogue."""

    code: str


_OF_SHOP = "(select {0} from shop where shop.ShopID = trade.ShopID) as {1}"

# The columns of a Trade, for `select` and for `returning`.
COLUMNS: Final = ", ".join(
    (
        *Trade._fields[:-2],
        _OF_SHOP.format("ShopPass", "ShopPass"),
        _OF_SHOP.format("name", "shop_name"),
    )
)

_BY_ACCESS_ID = f"select {COLUMNS} from trade where AccessID = ?"  # noqa: S608  # nosec B608 # names of ours; values are parameters
_IS_SHOP = "select 1 from shop where ShopID = ? and ShopPass = ?"


def one(cursor: sqlite3.Cursor) -> Trade | None:
    """The one trade a statement over COLUMNS answered, if any."""
    row = cursor.fetchone()
    return Trade._make(row) if row else None


def by_access_id(connection: sqlite3.Connection, access_id: str) -> Trade | None:
    """The trade with this AccessID, of whatever shop."""
    return one(connection.execute(_BY_ACCESS_ID, (access_id,)))


def is_shop(connection: sqlite3.Connection, shop_id: str, shop_pass: str) -> bool:
    """Whether there is a shop with this ID and this password."""
    return connection.execute(_IS_SHOP, (shop_id, shop_pass)).fetchone() is not None


def new_access_id() -> str:
    """32 lower-case hex digits that sort by time, so that the index over them only grows."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def new_access_pass() -> str:
    """32 lower-case hex digits."""
    return secrets.token_hex(16)
