"""Processing: what a notification says is read, and makes a lookup of its order due.

Anybody can send a notification. So it may bring a lookup forward, but never to less than the
interval after the last one asked, answered or not: a flood of them makes not one lookup more than
the desk may ask by itself.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from app.clock import now
from app.desk.context import Desk
from app.desk.status.schedule import worth_asking
from app.desk.status.updates import apply_notification
from app.protocol.impersonal import impersonal
from app.protocol.notification import NotificationValues, read_notification
from app.records.exchanges import last_lookup
from app.records.notifications import Notification, unread_keys
from app.records.orders import Order, locked_order, order_by_number
from app.records.shops import OurShops, Shop, shop_by_id

BATCH = 100


def process(session: Session, ours: OurShops, key: str) -> None:
    """Read one stored notification and let it hint. Read once, it is not read again."""
    notification = session.get(Notification, key)
    if notification is None or notification.read_at:
        return
    hint = read_notification(notification.body)
    notification.read_at = now()
    notification.shop_id, notification.order_id = hint.shop_id, hint.order_id
    notification.status, notification.tran_date = hint.status, hint.tran_date
    shop = shop_by_id(session, hint.shop_id) if hint.shop_id else None
    if shop and hint.order_id and shop in ours:
        order = order_by_number(session, shop.id, hint.order_id)
        if order:
            notification.order_key = order.id
            if order.erased_at:
                # Whoever paid was erased: what comes now is kept without them.
                notification.body, notification.remote_address = impersonal(notification.body), ""
            notification.due_at = _make_due(session, shop, order, hint)


def process_waiting(desk: Desk) -> None:
    """Read what a killed process had stored and not read."""
    while True:
        with desk.database.writing() as session:
            keys = unread_keys(session, BATCH)
            for key in keys:
                process(session, desk.settings.our_shops, key)
        if len(keys) < BATCH:
            return


def _make_due(
    session: Session, shop: Shop, order: Order, hint: NotificationValues
) -> datetime | None:
    """When the lookup is due that the hint asks for; None where there is nothing to ask."""
    locked = locked_order(session, order.id)
    if locked is None or not _is_worth_asking(locked, hint.status):
        return None
    last = last_lookup(session, shop, order.order_id)
    asked_at = last.asked_at if last else None
    return apply_notification(locked, asked_at, shop.confirmation)


def _is_worth_asking(order: Order, said: str) -> bool:
    return worth_asking(order.status, confirmed=order.confirmed_at is not None, said=said)
