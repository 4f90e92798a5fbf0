"""The calls of a story: what is sent, and what the gateway makes of it."""

from __future__ import annotations

from base64 import b64encode

from app.demo.order_history import OrderHistory
from app.demo.sandbox_trades import Trade
from app.desk.orders.payment_links import PAYMENT_TERM
from app.protocol.messages import (
    Call,
    EntryTranAnswer,
    EntryTranRequest,
    ErrorAnswer,
    ExecTranAnswer,
    ExecTranRequest,
    SearchAnswer,
    SearchRequest,
)
from app.protocol.statuses import Status
from app.protocol.wire import jst_stamp
from app.records.exchanges import Exchange, Purpose

GATEWAY_BUSY = "E92000001"


def enter(t: OrderHistory, *, answered: bool) -> tuple[Trade, Exchange]:
    """EntryTran, which works, whether its answer comes or not."""
    order, shop, at = t.order, t.scene.shop, t.clock
    assert order.amount, "an order made here has an amount"
    trade = Trade(
        shop.shop_id,
        order.order_id,
        t.scene.random.randbytes(16).hex(),
        t.scene.random.randbytes(16).hex(),
        order.amount,
        order.tax or 0,
        Status.UNPROCESSED,
        entered_at=at,
        processed_at=at,
    )
    answer = EntryTranAnswer(order.order_id, trade.AccessID, trade.AccessPass)
    return trade, t.ask(_entry_request(t), answer if answered else None)


def enter_in_vain(t: OrderHistory) -> Exchange:
    """EntryTran at a moment when the gateway takes no more."""
    return t.ask(_entry_request(t), ErrorAnswer((GATEWAY_BUSY,)))


def execute(t: OrderHistory, trade: Trade, *, answered: bool) -> Exchange:
    """ExecTran, which works, whether its answer comes or not."""
    order, shop = t.order, t.scene.shop
    trade.Token, trade.RetURL = (
        b64encode(t.scene.random.randbytes(48)).decode(),
        order.ret_url or "",
    )
    trade.ClientField1, trade.ClientField2 = order.client_field1 or "", order.client_field2 or ""
    trade.move(Status.REQSUCCESS, t.clock)
    trade.expires_at = t.clock + PAYMENT_TERM
    request = ExecTranRequest(
        ShopID=shop.shop_id,
        ShopPass=shop.password,
        AccessID=trade.AccessID,
        AccessPass=trade.AccessPass,
        OrderID=order.order_id,
        RetURL=trade.RetURL,
        ClientField1=trade.ClientField1,
        ClientField2=trade.ClientField2,
    )
    answer = ExecTranAnswer(trade.AccessID, trade.Token, start_url(t))
    return t.ask(request, answer if answered else None)


def search(t: OrderHistory, trade: Trade, purpose: Purpose) -> Exchange:
    """SearchTradeMulti, answered."""
    shop = t.scene.shop
    answer = SearchAnswer(
        Status=trade.Status,
        ProcessDate=jst_stamp(trade.processed_at),
        AccessID=trade.AccessID,
        AccessPass=trade.AccessPass,
        Amount=trade.Amount,
        Tax=trade.Tax,
        ClientField1=trade.ClientField1,
        ClientField2=trade.ClientField2,
    )
    return t.ask(SearchRequest(shop.shop_id, shop.password, t.order.order_id), answer, purpose)


def start_url(t: OrderHistory) -> str:
    """Where the customer's payment begins, as ExecTran answers it."""
    return f"{t.scene.base_url}/sandbox{Call.START.path}"


def _entry_request(t: OrderHistory) -> EntryTranRequest:
    order, shop = t.order, t.scene.shop
    assert order.amount, "an order made here has an amount"
    return EntryTranRequest(shop.shop_id, shop.password, order.order_id, order.amount, order.tax)
