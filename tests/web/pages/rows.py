"""Rows for the tests of the pages: orders, exchanges and callbacks as the desk would leave them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import insert
from sqlmodel import SQLModel
from starlette.applications import Starlette

from app.clock import now
from app.desk.callbacks.raw import raw_row
from app.desk.shops.shops import SANDBOX_SHOP_ID
from app.gateway import Outcome
from app.protocol.checkstring import Verdict
from app.protocol.messages import Call
from app.records.callbacks import Callback
from app.records.exchanges import Exchange
from app.records.keys import digest, key_at, new_key
from app.records.orders import Order, Source
from app.records.shops import Environment, Shop, shop_by_id
from tests.filing import file_all

REQUEST = b"ShopID=tshop00000001&ShopPass=tpass7xq&OrderID=A1001&PayType=16"

Row = TypeVar("Row", bound=SQLModel)


def stored(app: Starlette, row: Row) -> Row:
    """The row, committed."""
    with app.state.desk.database.writing() as session:
        session.add(row)
    return row


def sandbox_shop(app: Starlette) -> Shop:
    with app.state.desk.database.reading() as session:
        shop = shop_by_id(session, SANDBOX_SHOP_ID)
        assert shop is not None
        return shop


def an_order(app: Starlette, order_id: str, status: str = "REQSUCCESS", **values: Any) -> Order:
    """An order of the sandbox's shop over ¥1,000 that the gateway has answered for, filed."""
    usual: dict[str, Any] = {
        "shop_key": sandbox_shop(app).id,
        "environment": Environment.SANDBOX,
        "amount": 1000,
        "source": Source.EXEC,
        "status_at": now(),
        "executed_at": now(),
    }
    order = stored(app, Order(order_id=order_id, status=status, **(usual | values)))
    file_all(app.state.desk.database)
    return order


def an_exchange(app: Starlette, order_id: str, call: Call = Call.SEARCH, **values: Any) -> Exchange:
    """An answered exchange of the sandbox's shop that took 120 ms."""
    usual: dict[str, Any] = {
        "outcome": Outcome.ANSWERED,
        "duration_ms": 120,
        "answered_at": now(),
        "http_status": 200,
        "environment": Environment.SANDBOX,
        "request": REQUEST,
        "url": f"http://127.0.0.1:1/sandbox{call.path}",
    }
    row = Exchange(
        shop_key=sandbox_shop(app).id,
        call=call,
        order_id=order_id,
        owner="tests",
        **(usual | values),
    )
    return stored(app, row)


def a_callback(app: Starlette, order_id: str, verdict: Verdict, **values: Any) -> Callback:
    """A judged callback of the sandbox's shop."""
    body = f"OrderID={order_id}&of={new_key()}".encode()
    usual: dict[str, Any] = {
        "body": body,
        "judged_at": now(),
        "status": "PAYSUCCESS",
        "environment": Environment.SANDBOX,
    }
    row = Callback(
        digest=digest(body.decode()),
        verdict=verdict,
        order_id=order_id,
        shop_id=SANDBOX_SHOP_ID,
        **(usual | values),
    )
    return stored(app, row)


def an_unjudged_callback(app: Starlette, raw: bytes, seconds: float = 60, **columns: Any) -> str:
    """The key of one that was stored so long ago and has no verdict."""
    row = raw_row(raw, [], "203.0.113.7") | columns
    row["id"] = key_at(now() - timedelta(seconds=seconds))
    app.state.desk.database.append(insert(Callback), [row])
    return str(row["id"])
