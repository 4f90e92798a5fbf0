"""The last requests as they came in, for the checks of a client under test."""

import sqlite3
from collections.abc import Sequence
from typing import Final, NamedTuple

from starlette.requests import Request

from app.protocol.messages import Call
from app.sandbox.scenarios.faults import Fault
from app.sandbox.store.rules import Values

_TEXT_LIMIT: Final = 200  # characters kept of a header or of a value that fits no parameter
BODY_LIMIT: Final = 4 * 1024  # bytes kept of a body, of which thousands are read for one page


class Entry(NamedTuple):
    """One request of a merchant's server, or the start of its customer."""

    call: str
    ShopID: str
    OrderID: str
    AccessID: str
    host: str
    query: str
    content_type: str
    agent: str
    body: bytes
    codes: str = ""
    fault: str = ""
    at: int = 0
    id: int = 0


COLUMNS: Final = ", ".join(Entry._fields)

_INSERT: Final = f"""
insert into request ({", ".join(Entry._fields[:-1])})
values ({", ".join("?" * (len(Entry._fields) - 1))})"""  # noqa: S608  # nosec B608 # names of ours; values are parameters


def entry_of(request: Request, call: Call, values: Values, body: bytes) -> Entry:
    """What is kept of a request, before it is known what became of it."""
    headers = dict(request.scope["headers"])
    return Entry(
        call.value,
        values.get("ShopID", "")[:_TEXT_LIMIT],
        values.get("OrderID", "")[:_TEXT_LIMIT],
        values.get("AccessID", "")[:_TEXT_LIMIT],
        _text(headers.get(b"host", b"")),
        _text(request.scope["query_string"]),
        _text(headers.get(b"content-type", b"")),
        _text(headers.get(b"user-agent", b"")),
        body[:BODY_LIMIT],
    )


def _text(raw: bytes) -> str:
    return raw[:_TEXT_LIMIT].decode("latin-1")


def note(
    connection: sqlite3.Connection,
    entry: Entry,
    at: int,
    codes: Sequence[str] = (),
    fault: Fault | None = None,
) -> None:
    """Keep a request with the codes it was refused with and the fault its answer suffered."""
    kept = entry._replace(codes="|".join(codes), fault=fault.value if fault else "", at=at)
    connection.execute(_INSERT, kept[:-1])


_LAST: Final = f"""
select {COLUMNS} from request where id in (
  select request.id from request left join trade using (AccessID)
  where request.ShopID = :shop or (request.call = 'NetCashStart' and trade.ShopID = :shop)
  order by request.id desc limit :limit)
order by id"""  # noqa: S608  # nosec B608 # names of ours; values are parameters

_OF_NO_SHOP: Final = f"""
select {COLUMNS} from request where id in (
  select request.id from request left join trade using (AccessID)
  where case request.call when 'NetCashStart' then trade.ShopID is null
        else request.ShopID not in (select ShopID from shop) end
  order by request.id desc limit :limit)
order by id"""  # noqa: S608  # nosec B608 # names of ours; values are parameters

_VERY_LAST: Final = f"""
select {COLUMNS} from request where ShopID = ? order by id desc limit 1"""  # noqa: S608  # nosec B608 # names of ours; values are parameters


def last_requests(connection: sqlite3.Connection, shop_id: str, limit: int) -> list[Entry]:
    """The last requests of a shop's client and its customers, the oldest first."""
    rows = connection.execute(_LAST, {"shop": shop_id, "limit": limit})
    return [Entry._make(row) for row in rows]


def requests_of_no_shop(connection: sqlite3.Connection, limit: int) -> list[Entry]:
    """The last requests that name no shop there is, and starts of no trade there is.

    A client's first faults are often of that kind, and whose client it was cannot be told.
    """
    rows = connection.execute(_OF_NO_SHOP, {"limit": limit})
    return [Entry._make(row) for row in rows]


def last_request(connection: sqlite3.Connection, shop_id: str) -> Entry | None:
    """The last request that named this shop."""
    row = connection.execute(_VERY_LAST, (shop_id,)).fetchone()
    return Entry._make(row) if row else None
