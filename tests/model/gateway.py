"""The gateway as the notes on the interface describe it, which knows what is truly paid.

A model to hold the desk against: it shares the bytes of the wire with it and no rule. Whoever
registers, executes, pays or asks does it here. Nothing of it gets lost: that is the line's part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import NamedTuple

from app.protocol.calls import Call
from app.protocol.wire import decode_pairs, encode_answer, jst_stamp, split_form

SHOP_ID, SHOP_PASS = "tshop00000077", "s3cr3tpw"
TERM = timedelta(minutes=60)
"""How long a customer can pay after ExecTran."""

Values = Mapping[str, str]


class State(StrEnum):
    """The state of a trade, in the words of SearchTradeMulti."""

    UNPROCESSED = "UNPROCESSED"
    REQSUCCESS = "REQSUCCESS"
    PAYSTART = "PAYSTART"
    PAYSUCCESS = "PAYSUCCESS"
    PAYFAIL = "PAYFAIL"
    EXPIRED = "EXPIRED"


YEN = "JPN"
PAYABLE = (State.REQSUCCESS, State.PAYSTART)


class Refused(Exception):
    """The gateway refuses a call with this code."""


class Yen(NamedTuple):
    """What a trade costs."""

    amount: int
    tax: int


class Result(NamedTuple):
    """A signed result, for the customer's browser to bring to RetURL."""

    order_id: str
    state: State
    body: bytes


@dataclass
class Trade:
    """One trade. `token` is the one that was issued for it, for the page at `start_url`; it ends
    with the payment term.
    """

    order_id: str
    price: Yen
    access_id: str
    access_pass: str
    since: datetime
    state: State = State.UNPROCESSED
    token: str | None = None
    term_ends: datetime | None = None
    currency: str = YEN
    start_url: str | None = None

    def becomes(self, state: State, at: datetime) -> None:
        """The trade is in this state from this moment on."""
        self.state, self.since = state, at


@dataclass
class Arrival:
    """A request that has arrived, and when."""

    at: datetime
    call: Call
    order_id: str


@dataclass
class Gateway:
    """All trades of one shop, by OrderID; the results signed and the requests that arrived."""

    now: Callable[[], datetime]
    start_url: str
    trades: dict[str, Trade] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    _numbers: Iterable[int] = field(default_factory=count)

    def answer(self, call: Call, body: bytes) -> bytes:
        """The answer to one request."""
        values = dict(decode_pairs(split_form(body)))
        self.arrivals.append(Arrival(self.now(), call, values.get("OrderID", "")))
        try:
            return encode_answer(self._done(call, values).items())
        except Refused as refusal:
            return refusal_of(str(refusal))

    def paid(self, order_id: str) -> Yen | None:
        """What has truly been paid for this OrderID, in whatever currency."""
        trade = self.trades.get(order_id)
        return trade.price if trade and trade.state is State.PAYSUCCESS else None

    def paid_in_yen(self, order_id: str) -> Yen | None:
        """What has truly been paid for this OrderID in yen."""
        paid = self.paid(order_id)
        return paid if paid and self.trades[order_id].currency == YEN else None

    def payable(self) -> list[Trade]:
        """The trades that somebody who has their token could pay now."""
        self._terms_end()
        return [trade for trade in self.trades.values() if trade.state in PAYABLE]

    def start(self, token: str) -> bool:
        """A customer opens the payment page; whether they see it."""
        trade = next((trade for trade in self.payable() if trade.token == token), None)
        if trade is not None and trade.state is State.REQSUCCESS:
            trade.becomes(State.PAYSTART, self.now())
        return trade is not None

    def pay(self, token: str) -> Result:
        """A customer pays on the page they have opened."""
        return self._ends(self._started(token), State.PAYSUCCESS)

    def cancel(self, token: str, error: str = "") -> Result:
        """A customer cancels, or the centre refuses them with this code."""
        return self._ends(self._started(token), State.PAYFAIL, error)

    def find_money(self, trade: Trade) -> Result:
        """The centre has the money of a trade that had failed."""
        return self._ends(trade, State.PAYSUCCESS)

    def lose(self, trade: Trade) -> None:
        """The gateway forgets a trade that nobody has paid."""
        assert trade.state is not State.PAYSUCCESS
        del self.trades[trade.order_id]

    def notice(self, trade: Trade) -> bytes:
        """What the gateway's server tells of a trade: nothing signed, the password masked."""
        values = {
            "ShopID": SHOP_ID,
            "ShopPass": "********",
            "OrderID": trade.order_id,
            "Status": trade.state,
            "TranDate": jst_stamp(trade.since),
        }
        return encode_answer(values.items())

    def _started(self, token: str) -> Trade:
        assert self.start(token), "nobody can act on a page that does not open"
        return next(trade for trade in self.trades.values() if trade.token == token)

    def _ends(self, trade: Trade, state: State, error: str = "") -> Result:
        trade.becomes(state, self.now())
        body = signed(trade.order_id, state, jst_stamp(trade.since), error)
        self.results.append(result := Result(trade.order_id, state, body))
        return result

    def _terms_end(self) -> None:
        now = self.now()
        for trade in self.trades.values():
            if trade.state in PAYABLE and trade.term_ends and trade.term_ends <= now:
                trade.becomes(State.EXPIRED, trade.term_ends)

    def _done(self, call: Call, values: Values) -> dict[str, str]:
        self._terms_end()
        if (values.get("ShopID"), values.get("ShopPass")) != (SHOP_ID, SHOP_PASS):
            raise Refused("M01002002")
        if call is Call.ENTRY:
            return self._register(values)
        trade = self.trades.get(values["OrderID"])
        if trade is None:
            raise Refused("M01004002")
        return _found(trade) if call is Call.SEARCH else self._execute(trade, values)

    def _register(self, values: Values) -> dict[str, str]:
        number = values["OrderID"]
        if number in self.trades:
            raise Refused("M01004010")
        name = hashlib.sha256(f"{number} {next(iter(self._numbers))}".encode()).hexdigest()
        price = Yen(int(values["Amount"]), int(values.get("Tax") or 0))
        trade = Trade(number, price, name[:32], name[32:], self.now())
        self.trades[number] = trade
        return {"OrderID": number, "AccessID": trade.access_id, "AccessPass": trade.access_pass}

    def _execute(self, trade: Trade, values: Values) -> dict[str, str]:
        given = (values.get("AccessID"), values.get("AccessPass"))
        if given != (trade.access_id, trade.access_pass):
            raise Refused("M01058002")
        if trade.state in PAYABLE:
            raise Refused("M01004014")
        if trade.state is not State.UNPROCESSED:
            raise Refused("M01054004")
        trade.becomes(State.REQSUCCESS, self.now())
        trade.token, trade.term_ends = f"token+of/{trade.access_id}", trade.since + TERM
        trade.start_url = self.start_url
        return {"AccessID": trade.access_id, "Token": trade.token, "StartURL": trade.start_url}


def signed(
    order_id: str, state: str, tran_date: str, error: str = "", password: str = SHOP_PASS
) -> bytes:
    """A result with the CheckString that this password gives."""
    covered = SHOP_ID + order_id + state + tran_date + password
    values = {
        "ShopID": SHOP_ID,
        "OrderID": order_id,
        "Status": state,
        "TranDate": tran_date,
        "CheckString": hashlib.md5(covered.encode()).hexdigest(),
        "ErrCode": error[:3],
        "ErrInfo": error,
    }
    return encode_answer(values.items())


def refusal_of(*codes: str) -> bytes:
    """An answer that refuses with these codes."""
    errors = {"ErrCode": "|".join(code[:3] for code in codes), "ErrInfo": "|".join(codes)}
    return encode_answer(errors.items())


def _found(trade: Trade) -> dict[str, str]:
    return {
        "Status": trade.state,
        "ProcessDate": jst_stamp(trade.since),
        "AccessID": trade.access_id,
        "AccessPass": trade.access_pass,
        "Amount": str(trade.price.amount),
        "Tax": str(trade.price.tax),
        "Currency": trade.currency,
        "ClientField1": "",
        "PayType": "16",
        "NetCashPayType": "NETCASH",
    }
