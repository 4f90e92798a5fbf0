"""The sandbox's tables. Columns that carry a protocol parameter have its name.

Times are whole milliseconds since 1970, UTC, by the sandbox's own clock.
"""

import sqlite3
from pathlib import Path
from typing import Final, Literal

DEFAULT_SHOP_ID: Final = "tshop00000001"
# Public on purpose: it opens nothing but a simulation.
DEFAULT_SHOP_PASS: Final = "tpass7xq"  # noqa: S105

VERSION: Final = 4
KEEPS_SINCE: Final = 3
"""The first version whose tables are as they are now: those of an earlier one are made anew."""

REQUESTS_KEPT: Final = 5_000
TRADES_KEPT: Final = 200_000
"""How many of each stay at least. Anybody who reaches the sandbox makes both, and without limits
would fill the disk: with 4 KiB kept of a body these are some 30 MB and 150 MB."""

# The history is kept by triggers: it cannot be forgotten by a new way to move a trade, and it
# costs no further statement.
TABLES: Final = f"""
create table if not exists shop (
  ShopID text primary key,
  ShopPass text not null,
  name text not null,
  notify_url text not null default ''
) without rowid;

create table if not exists setting (
  name text primary key,
  value text not null
) without rowid;

create table if not exists next_fault (
  id integer primary key,
  call text not null,
  fault text not null
);

create table if not exists trade (
  id integer primary key,
  ShopID text not null references shop (ShopID),
  OrderID text not null,
  AccessID text not null unique,
  AccessPass text not null,
  Amount integer not null,
  Tax integer not null,
  Status text not null,
  cause text not null,
  scenario text not null,
  entered_at integer not null,
  processed_at integer not null,
  expires_at integer,
  Token text,
  RetURL text not null default '',
  ClientField1 text not null default '',
  ClientField2 text not null default '',
  ClientField3 text not null default '',
  ErrInfo text not null default '',
  tries integer not null default 0,
  unique (ShopID, OrderID)
);

create index if not exists trade_unpaid on trade (expires_at)
  where Status in ('REQSUCCESS', 'PAYSTART');

create index if not exists trade_scenario on trade (ShopID, scenario)
  where scenario <> 'ordinary';

create table if not exists verdict (
  ShopID text not null,
  scenario text not null,
  state text not null,
  primary key (ShopID, scenario)
) without rowid;

create table if not exists history (
  id integer primary key,
  trade_id integer not null references trade (id) on delete cascade,
  at integer not null,
  Status text not null,
  cause text not null
);

create index if not exists history_trade on history (trade_id);

create table if not exists request (
  id integer primary key,
  at integer not null,
  call text not null,
  ShopID text not null,
  OrderID text not null,
  AccessID text not null,
  host text not null,
  query text not null,
  content_type text not null,
  agent text not null,
  body blob not null,
  codes text not null,
  fault text not null
);

-- Keeps the last ones: deleting a thousand at a time costs less than one with each insert.
create trigger if not exists request_kept after insert on request when new.id % 1000 = 0 begin
  delete from request where id <= new.id - {REQUESTS_KEPT};
end;

create trigger if not exists trade_kept after insert on trade when new.id % 1000 = 0 begin
  delete from trade where id <= new.id - {TRADES_KEPT};
end;

create table if not exists notice (
  id integer primary key,
  trade_id integer not null references trade (id) on delete cascade,
  Status text not null,
  TranDate integer not null,
  ErrInfo text not null,
  due_at integer,
  tries integer not null default 0,
  answer text not null default ''
);

create index if not exists notice_due on notice (due_at) where due_at is not null;
create index if not exists notice_trade on notice (trade_id);

-- By default a notice leaves after the customer has had time to be back at the shop.
create trigger if not exists trade_noticed after update of Status on trade
when new.Status in ('PAYSUCCESS', 'PAYFAIL', 'EXPIRED')
  and (select notify_url from shop where ShopID = new.ShopID) <> ''
begin
  insert into notice (trade_id, Status, TranDate, ErrInfo, due_at)
  values (new.id, new.Status, new.processed_at, new.ErrInfo,
          new.processed_at + case new.scenario when 'noticefirst' then 0 else 5000 end);
end;

create trigger if not exists trade_entered after insert on trade begin
  insert into history (trade_id, at, Status, cause)
  values (new.id, new.processed_at, new.Status, new.cause);
end;

create trigger if not exists trade_moved after update of Status on trade begin
  insert into history (trade_id, at, Status, cause)
  values (new.id, new.processed_at, new.Status, new.cause);
end;
"""  # noqa: S608  # nosec B608 # names of ours; values are parameters


_NAMES: Final = (
    "verdict",
    "notice",
    "history",
    "request",
    "next_fault",
    "trade",
    "setting",
    "shop",
)


NO_ROOM: Final = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
"""What SQLite says where the disk is full."""


class StoreTooNew(sqlite3.DatabaseError):
    """The store was written by a later version of this program."""


class StoreUnusable(Exception):
    """The file cannot be the store. The message is one sentence that says what to do."""


def check_store(store: Path) -> None:
    """Open the store once, so that a start tells of it before it serves. Raises StoreUnusable.

    A full disk is no fault of the store's: what is in it can still be read.
    """
    try:
        open_store(store).close()
    except StoreTooNew as error:
        raise StoreUnusable(f"{store}: {error}: start the newer program.") from None
    except OSError as error:
        raise StoreUnusable(f"{store} cannot be written: {error.strerror}.") from None
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in NO_ROOM:
            raise StoreUnusable(
                f"{store} cannot be used ({error}): see to its folder, or set SANDBOX=off."
            ) from None
    except sqlite3.DatabaseError as error:
        raise StoreUnusable(
            f"{store} is damaged ({error}): delete it, for its trades are only simulated."
        ) from None


def open_store(store: Path | Literal[":memory:"]) -> sqlite3.Connection:
    """Open the store for one thread at a time, making its tables where they are missing.

    Raises sqlite3.Error (StoreTooNew among them) when the file cannot serve as the store.
    """
    if isinstance(store, Path):
        store.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        store, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("pragma busy_timeout = 10000")
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("pragma foreign_keys = on")
    connection.execute("pragma cache_size = -65536")
    _make_tables(connection)
    if not connection.execute("select 1 from shop limit 1").fetchone():
        # Asked first: where the disk is full even an insert that changes nothing is refused.
        connection.execute(
            "insert or ignore into shop (ShopID, ShopPass, name) values (?, ?, ?)",
            (DEFAULT_SHOP_ID, DEFAULT_SHOP_PASS, "Sandbox Shop"),
        )


def _make_tables(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("pragma user_version").fetchone()
    if version > VERSION:
        raise StoreTooNew("the sandbox's store was written by a later version")
    if version < VERSION:
        # The simulated trades of an earlier version are not worth a migration. The rest is
        # idempotent, since another process may be making the same store at the same time.
        connection.execute("pragma foreign_keys = off")
        drop = "".join(
            f"drop table if exists {name};" for name in _NAMES if 0 < version < KEEPS_SINCE
        )
        connection.executescript(
            f"begin immediate;{drop}{TABLES};pragma user_version = {VERSION};commit;"
        )
        connection.execute("pragma foreign_keys = on")
