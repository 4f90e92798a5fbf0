"""Orders that wait to be paid, and the callbacks that customers' browsers bring for them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert
from sqlmodel import select

from app.clock import now
from app.desk.shops.shops import SANDBOX_SHOP_ID
from app.protocol.checkstring import compute
from app.protocol.statuses import Status
from app.records.database import Database
from app.records.keys import new_key
from app.records.orders import Order, Source
from app.records.shops import Environment, Shop
from app.sandbox.store.schema import DEFAULT_SHOP_ID, DEFAULT_SHOP_PASS
from tests.bench.load import post

TRAN_DATE = "20260101123456"


def callback_request(
    number: str, status: Status = Status.PAYSUCCESS, *, verified: bool = True
) -> bytes:
    """The request that brings the callback of an order to RetURL."""
    return post("/netcash/return", callback_body(number, status, verified=verified))


def callback_body(
    number: str, status: Status = Status.PAYSUCCESS, *, verified: bool = True
) -> bytes:
    """The callback of an order, rightly signed or not."""
    signature = compute(DEFAULT_SHOP_ID, number, status, TRAN_DATE, DEFAULT_SHOP_PASS)
    check_string = signature if verified else signature[::-1]
    values = f"ShopID={DEFAULT_SHOP_ID}&OrderID={number}&Status={status}&TranDate={TRAN_DATE}"
    return f"{values}&CheckString={check_string}&ErrCode=&ErrInfo=".encode()


def store_orders(url: str, numbers: Sequence[str]) -> None:
    """Orders of the sandbox's shop that have been executed, written past the desk."""
    database = Database(url)
    with database.reading() as session:
        shop = select(Shop.id).where(Shop.shop_id == SANDBOX_SHOP_ID)
        common = {
            "shop_key": session.exec(shop).one(),
            "environment": Environment.SANDBOX,
            "amount": 1000,
            "status": Status.REQSUCCESS,
            "source": Source.EXEC,
            "status_at": now(),
            "executed_at": now(),
        }
    # In parts: the desk waits for no statement as long as 150,000 rows take.
    for first in range(0, len(numbers), 2_000):
        part = numbers[first : first + 2_000]
        rows = [common | {"id": new_key(), "order_id": number} for number in part]
        with database.writing() as session:
            session.connection().execute(insert(Order), rows)
    database.analyze()
    database.close()
