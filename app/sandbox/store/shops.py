"""The merchants of the sandbox, and the key that opens its automation."""

import secrets
import sqlite3
import string
from typing import Final, NamedTuple

from app.sandbox.store.schema import DEFAULT_SHOP_ID

_LETTERS: Final = string.ascii_lowercase + string.digits


class Shop(NamedTuple):
    """A merchant. `notify_url` is where its notices go; empty: it gets none."""

    ShopID: str
    ShopPass: str
    name: str
    notify_url: str


_COLUMNS: Final = ", ".join(Shop._fields)


def all_shops(connection: sqlite3.Connection) -> list[Shop]:
    """Every shop, the default one first."""
    rows = connection.execute(
        f"select {_COLUMNS} from shop order by ShopID <> ?, ShopID",  # noqa: S608  # nosec B608 # names of ours; values are parameters
        (DEFAULT_SHOP_ID,),
    )
    return [Shop._make(row) for row in rows]


def one_shop(connection: sqlite3.Connection, shop_id: str) -> Shop | None:
    """The shop with this ShopID."""
    sql = f"select {_COLUMNS} from shop where ShopID = ?"  # noqa: S608  # nosec B608 # names of ours; values are parameters
    row = connection.execute(sql, (shop_id,)).fetchone()
    return Shop._make(row) if row else None


def add_shop(connection: sqlite3.Connection, name: str) -> Shop:
    """A further shop with an ID of 13 characters and a password of 8, as the interface has them."""
    (number,) = connection.execute("select count(*) from shop").fetchone()
    shop_id = f"tshop{number + 1:08}"
    shop = Shop(shop_id, "".join(secrets.choice(_LETTERS) for _ in range(8)), name, "")
    sql = f"insert into shop ({_COLUMNS}) values (?, ?, ?, ?)"  # noqa: S608  # nosec B608 # names of ours; values are parameters
    connection.execute(sql, shop)
    return shop


def set_notify_url(connection: sqlite3.Connection, shop_id: str, url: str) -> bool:
    """Send a shop's notices there from now on; False when there is no such shop."""
    row = (url, shop_id)
    return connection.execute("update shop set notify_url = ? where ShopID = ?", row).rowcount > 0


def sandbox_key(connection: sqlite3.Connection) -> str:
    """The key that opens the sandbox's automation, made when it is first asked for."""
    row = connection.execute("select value from setting where name = 'key'").fetchone()
    return row[0] if row else renew_key(connection)


def renew_key(connection: sqlite3.Connection) -> str:
    """A new key; the one before no longer opens anything."""
    key = secrets.token_urlsafe(24)
    connection.execute("insert or replace into setting (name, value) values ('key', ?)", (key,))
    return key


def allow_hosts(connection: sqlite3.Connection, hosts: str) -> None:
    """Where the sandbox may send, parted by blanks: hosts, with or without a port."""
    connection.execute(
        "insert or replace into setting (name, value) values ('hosts', ?)", (hosts.lower(),)
    )
