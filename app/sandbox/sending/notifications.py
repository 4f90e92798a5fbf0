"""The gateway's notices from server to server: what they say, and when they are sent again.

A notice carries no CheckString: whoever gets one has a hint that asking is worth while, no proof.
That payment methods share one notice, with most keys empty and some there twice, is as it is.
"""

import sqlite3
from typing import Final, NamedTuple

from app.protocol.wire import encode_form, jst_stamp
from app.sandbox.store.controls import moment
from app.sandbox.store.rules import Rules, expire_due

RECEIVED: Final = "0"  # what a merchant answers who has it; anything else asks for it once more
RESEND_AFTER: Final = 60 * 60_000  # milliseconds
SENDINGS: Final = 6  # the first and five more
BATCH: Final = 20

_MASK: Final = "*" * 10

_OF_OTHER_METHODS: Final = (
    *("CvsCode", "CvsConfNo", "CvsReceiptNo", "EdyReceiptNo", "EdyOrderNo", "SuicaReceiptNo"),
    *("SuicaOrderNo", "CustID", "BkCode", "ConfNo", "PaymentTerm", "EncryptReceiptNo"),
    *("FinishDate", "ReceiptDate", "WebMoneyManagementNo", "WebMoneySettleCode", "CustID"),
    *("PaymentTerm", "AuPayInfoNo", "AuPayMethod", "DocomoSettlementCode", "SbTrackingId"),
)

_CLAIM: Final = """
update notice set due_at = :again, tries = tries + 1
where id in (select id from notice where due_at <= :now order by due_at limit :batch)
returning id, trade_id, Status, TranDate, ErrInfo"""

_OF_TRADE: Final = """
select shop.notify_url, trade.ShopID, AccessID, OrderID, Amount, Tax
from trade join shop using (ShopID) where trade.id = ?"""


class Due(NamedTuple):
    """A notice to be sent now."""

    id: int
    url: str
    body: bytes


def claim(connection: sqlite3.Connection, rules: Rules) -> list[Due]:
    """The notices that are due, each marked for its next sending should this one fail."""
    expire_due(connection, rules)
    now = rules.controls.now(connection)
    row = {"now": now, "again": now + RESEND_AFTER, "batch": BATCH}
    claimed = connection.execute(_CLAIM, row).fetchall()
    return [_due(connection, *notice) for notice in claimed]


def _due(
    connection: sqlite3.Connection, id_: int, trade_id: int, status: str, at: int, err_info: str
) -> Due:
    trade = connection.execute(_OF_TRADE, (trade_id,)).fetchone()
    url, shop_id, access_id, order_id, amount, tax = trade
    values = {
        "ShopID": shop_id,
        "ShopPass": _MASK,
        "AccessID": access_id,
        "AccessPass": _MASK,
        "OrderID": order_id,
        "Status": status,
        "JobCd": "",
        "Amount": str(amount),
        "Tax": str(tax),
        "Currency": "JPN",
        "Forward": "",
        "Method": "",
        "PayTimes": "",
        "TranID": "",
        "Approve": "",
        "TranDate": jst_stamp(moment(at)),
        "ErrCode": err_info[:3],
        "ErrInfo": err_info,
        "PayType": "16",
    }
    others = [(name, "") for name in _OF_OTHER_METHODS]
    return Due(id_, url, encode_form([*values.items(), *others, ("NetCashPayType", "NETCASH")]))


def record_answer(connection: sqlite3.Connection, id_: int, answer: str) -> None:
    """Keep what a merchant answered: "0" ends it, and so does the last of its sendings."""
    connection.execute("update notice set answer = ? where id = ?", (answer, id_))
    connection.execute(
        "update notice set due_at = null where id = ? and (answer = ? or tries >= ?)",
        (id_, RECEIVED, SENDINGS),
    )
