"""A long past tells its stories again: what was told once, of another order, at another time.

Telling takes milliseconds, for the desk's own rules decide each step; an echo takes a fraction.
Its values are the told ones, moved in time, with keys, numbers and signatures of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain
from operator import attrgetter
from random import Random
from typing import Any

from sqlmodel import SQLModel

from app.demo.order_history import OrderHistory
from app.demo.sandbox_trades import Trade
from app.protocol.checkstring import compute
from app.protocol.statuses import Status
from app.protocol.wire import jst_stamp, parse_jst_stamp
from app.records.accounts import AuditEntry
from app.records.callbacks import Callback
from app.records.changes import Change
from app.records.exchanges import Exchange
from app.records.keys import digest, moved_key, new_secret
from app.records.orders import Order
from app.records.payment_links import PaymentLink

Row = dict[str, Any]

TABLES: tuple[type[SQLModel], ...] = (Order, Exchange, Callback, Change, PaymentLink, AuditEntry)
"""In this order: what is referred to comes first."""

_STAMP = re.compile(rb"(?<=ProcessDate=)[0-9]{14}|(?<=TranDate=)[0-9]{14}")
_CHECK_STRING = re.compile(rb"(?<=CheckString=)[0-9a-f]{32}")


@dataclass(frozen=True)
class Written:
    """The rows of one order, by table, and the trade that the gateway holds of it."""

    rows: Mapping[type[SQLModel], list[Row]]
    trade: Trade | None
    ended: datetime


def written(history: OrderHistory) -> Written:
    """A history as it is written down."""
    rows: Mapping[type[SQLModel], Sequence[SQLModel]] = {
        Order: [history.order],
        Exchange: history.exchanges,
        Callback: history.callbacks,
        Change: history.changes,
        PaymentLink: history.launches,
        AuditEntry: history.audit_entries,
    }
    values = {table: [_values(row) for row in rows[table]] for table in TABLES}
    return Written(values, history.trade, history.clock)


def _values(row: SQLModel) -> Row:
    names = list(type(row).model_fields)
    return dict(zip(names, attrgetter(*names)(row), strict=True))


class Told:
    """A story that was told to its end, ready to be told again."""

    def __init__(self, told: Written, shop_id: str, password: str) -> None:
        [order] = told.rows[Order]
        self.order_id: str = order["order_id"]
        self.opened: datetime = order["created_at"]
        self._told = told
        self._keys = [row["id"] for row in chain.from_iterable(told.rows.values())]
        self._signed = (shop_id, password)
        self._statuses = {
            callback["id"]: self._signed_status(callback) for callback in told.rows[Callback]
        }

    def echo(self, order_id: str, opened: datetime, random: Random) -> Written:
        """The same of another order, opened at another time."""
        # In whole seconds, so that what names a second and what names a millisecond stay together.
        by = timedelta(seconds=round((opened - self.opened).total_seconds()))
        access_id = random.randbytes(16).hex()  # nosec B311 # a made-up past
        told = self._told.trade
        again = _Again(
            by,
            {key: moved_key(key, by, random) for key in self._keys},
            {self.order_id: order_id} | ({told.AccessID: access_id} if told else {}),
        )
        rows = {table: [again.row(row) for row in rows] for table, rows in self._told.rows.items()}
        for row, before in zip(rows[Callback], self._told.rows[Callback], strict=True):
            self._sign(row, order_id, self._statuses[before["id"]])
        for row in rows[PaymentLink]:
            row["secret"] = new_secret()
            row["secret_digest"] = digest(row["secret"])
        trade = again.trade(told) if told else None
        return Written(rows, trade, self._told.ended + by)

    def _signed_status(self, callback: Row) -> str | None:
        """Which status was signed, whatever the body says by now; None where nothing was."""
        found = _CHECK_STRING.search(callback["body"])
        shop_id, password = self._signed
        values = (shop_id, self.order_id)
        for status in Status if found else ():
            signed = compute(*values, status, callback["tran_date"], password)
            if found and signed.encode() == found[0]:
                return status
        return None

    def _sign(self, callback: Row, order_id: str, status: str | None) -> None:
        stamp = _STAMP.search(callback["body"])
        assert stamp, "every result of a story has its time"
        callback["tran_date"] = stamp[0].decode()
        if status:
            shop_id, password = self._signed
            signed = compute(shop_id, order_id, status, callback["tran_date"], password)
            callback["body"] = _CHECK_STRING.sub(signed.encode(), callback["body"])
        callback["digest"] = sha256(callback["body"]).hexdigest()


class _Again:
    """How each value of a told story becomes the echo's."""

    def __init__(self, by: timedelta, keys: Mapping[str, str], names: Mapping[str, str]) -> None:
        self._by, self._keys, self._names = by, keys, names
        self._raw = [(old.encode(), new.encode()) for old, new in names.items()]
        self._by_type: Mapping[type, Callable[[Any], Any]] = {
            datetime: lambda at: at + by,
            bytes: self._bytes,
            str: self._text,
        }

    def row(self, told: Row) -> Row:
        by_type = self._by_type
        return {
            name: change(value) if (change := by_type.get(type(value))) else value
            for name, value in told.items()
        }

    def trade(self, told: Trade) -> Trade:
        return replace(
            told,
            OrderID=self._names[told.OrderID],
            AccessID=self._names[told.AccessID],
            entered_at=told.entered_at + self._by,
            processed_at=told.processed_at + self._by,
            expires_at=told.expires_at + self._by if told.expires_at else None,
        )

    def _text(self, told: str) -> str:
        if (key := self._keys.get(told)) or (key := self._names.get(told)):
            return key
        # What a person did names the exchange it led to.
        return _EXCHANGE.sub(self._key, told) if told.startswith('{"exchange"') else told

    def _key(self, found: re.Match[str]) -> str:
        return self._keys.get(found[0], found[0])

    def _bytes(self, told: bytes) -> bytes:
        for old, new in self._raw:
            told = told.replace(old, new)
        return _STAMP.sub(self._stamp, told)

    def _stamp(self, found: re.Match[bytes]) -> bytes:
        return jst_stamp(parse_jst_stamp(found[0].decode()) + self._by).encode()


_EXCHANGE = re.compile(r"[0-9a-f]{32}")
