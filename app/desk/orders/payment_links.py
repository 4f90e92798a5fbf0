"""Payment links: customers go to the gateway's payment page (NetCashStart, Interface 2.1.2.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlmodel import Session

from app.clock import now
from app.desk.actions import Action, decision_of, require
from app.desk.audit import record_action
from app.desk.context import Actor, Desk, NoGateway
from app.desk.permissions import Permission, demand
from app.records.keys import digest, new_secret
from app.records.orders import Order, locked_order
from app.records.payment_links import PaymentLink, payment_link_by_secret
from app.records.shops import Shop

PAYMENT_TERM = timedelta(minutes=60)
"""Assumed: a customer can pay for 60 minutes after ExecTran. The interface gives no figure."""


@dataclass(frozen=True)
class StartForm:
    """The form that the customer's browser posts."""

    action_url: str
    AccessID: str
    Token: str = field(repr=False)


def create_payment_link(desk: Desk, actor: Actor, order_key: str) -> tuple[PaymentLink, str]:
    """A payment link of this order and its secret key.

    Raises NotPossible, NoGateway, NotPermitted, and LookupError for an unknown order.
    """
    with desk.database.writing() as session:
        order = locked_order(session, order_key)
        if order is None:
            raise LookupError(order_key)
        demand(actor, Permission.ACT, order.environment)
        at = now()
        require(decision_of(session, order, at, desk.settings.gateway_settle), Action.LAUNCH)
        if _start_url(session, desk, order) is None:
            raise NoGateway
        secret = new_secret()
        launch = PaymentLink(
            order_key=order.id,
            secret=secret,
            secret_digest=digest(secret),
            created_by=actor.user_key,
            created_at=at,
            expires_at=_expiry(order, at),
        )
        session.add(launch)
        record_action(session, actor, "launch", order_key=order.id, subject=order.order_id)
        return launch, secret


def open_payment_link(desk: Desk, secret: str) -> StartForm | None:
    """What a payment link opens; None when it is unknown or expired, or the order is final.

    None, too, while sources disagree about the order: nobody pays what is in doubt.
    """
    with desk.database.reading() as session:
        launch, at = payment_link_by_secret(session, secret), now()
        if launch is None or launch.expires_at <= at:
            return None
        order = session.get_one(Order, launch.order_key)
        decision = decision_of(session, order, at, desk.settings.gateway_settle)
        url = _start_url(session, desk, order)
        if Action.LAUNCH not in decision.possible or url is None:
            return None
        assert order.access_id, "an executed order has an AccessID"
        assert order.token, "an order that can be launched has a Token"
        return StartForm(url, order.access_id, order.token)


def _expiry(order: Order, at: datetime) -> datetime:
    """The end of the payment term; of a term that is longer than assumed, another hour."""
    term_over = (order.executed_at or at) + PAYMENT_TERM
    return term_over if at < term_over else at + PAYMENT_TERM


def _start_url(session: Session, desk: Desk, order: Order) -> str | None:
    """Where the browser is sent: to the shop's gateway; None while the sandbox that it is is off.

    The sandbox is at the desk's own address, wherever that is today.
    """
    start = order.start_url or ""
    if session.get_one(Shop, order.shop_key).gateway_url is not None:
        return start
    if desk.settings.sandbox_url is None:
        return None
    return desk.settings.base_url + urlsplit(start).path
