"""What the sandbox's panel and its automation show: trades, and one trade whole."""

import sqlite3
from typing import Final, NamedTuple

from app.sandbox.scenarios.catalogue import named
from app.sandbox.store import journal
from app.sandbox.store.journal import Entry
from app.sandbox.store.rules import Rules, expire_due
from app.sandbox.store.trades import COLUMNS, Trade, by_access_id

PAGE: Final = 50

_TRADES: Final = f"""
select {COLUMNS} from trade
where id < :before and OrderID >= :least and OrderID < :beyond and (:shop = '' or ShopID = :shop)
order by id desc limit :limit"""  # noqa: S608  # nosec B608 # names of ours; values are parameters

_REQUESTS: Final = f"""
select {journal.COLUMNS} from request
where (ShopID = :ShopID and OrderID = :OrderID) or AccessID = :AccessID
order by id desc limit :limit"""  # noqa: S608  # nosec B608 # names of ours; values are parameters


class Step(NamedTuple):
    """A status that a trade has had."""

    at: int
    Status: str
    cause: str


class Notice(NamedTuple):
    """A notice of a trade: when it is sent next (None: no more), how often it was, the answer."""

    Status: str
    due_at: int | None
    tries: int
    answer: str


class TradeStory(NamedTuple):
    """One trade with everything that happened to it, as the gateway sees it."""

    trade: Trade
    steps: list[Step]
    requests: list[Entry]
    notices: list[Notice]


def trades_page(
    connection: sqlite3.Connection,
    rules: Rules,
    prefix: str = "",
    before: int | None = None,
    shop: str = "",
) -> list[Trade]:
    """Up to PAGE + 1 trades, the newest first, whose OrderID begins with `prefix`."""
    expire_due(connection, rules)
    row = {
        "before": before or 1 << 62,
        "least": prefix,
        "beyond": prefix + "\U0010ffff",
        "shop": shop,
        "limit": PAGE + 1,
    }
    return [Trade._make(found) for found in connection.execute(_TRADES, row)]


def trade_story(connection: sqlite3.Connection, rules: Rules, access_id: str) -> TradeStory | None:
    """One trade whole; None when there is none with this AccessID."""
    expire_due(connection, rules)
    trade = by_access_id(connection, access_id)
    if trade is None:
        return None
    steps = connection.execute(
        "select at, Status, cause from history where trade_id = ? order by id", (trade.id,)
    )
    notices = connection.execute(
        "select Status, due_at, tries, answer from notice where trade_id = ? order by id",
        (trade.id,),
    )
    row = {**trade._asdict(), "limit": PAGE}
    requests = connection.execute(_REQUESTS, row)
    return TradeStory(
        trade,
        [Step._make(step) for step in steps],
        [Entry._make(request) for request in requests],
        [Notice._make(notice) for notice in notices],
    )


def choose_scenario(
    connection: sqlite3.Connection, rules: Rules, access_id: str, name: str
) -> Trade | None:
    """Let a trade follow another scenario from now on; it keeps the one it has when it is past
    what the other changes. None when there is no such trade."""
    expire_due(connection, rules)
    trade = by_access_id(connection, access_id)
    if trade is None or not named(name).can_still_act(trade.status):
        return trade
    connection.execute("update trade set scenario = ?, tries = 0 where id = ?", (name, trade.id))
    return by_access_id(connection, access_id)
