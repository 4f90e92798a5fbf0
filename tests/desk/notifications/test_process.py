"""Notices from the gateway's server: stored as they came, a hint to ask, and never more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.clock import now
from app.desk.gateway_calls.scheduled_lookups import LookupScheduler
from app.desk.notifications import (
    NotificationIntake,
    OutstandingPart,
    process_waiting,
    sweep_notifications,
)
from app.desk.orders.order_view import order_view
from app.desk.retention import RetentionPolicy
from app.desk.status.schedule import LOOKUP_INTERVAL
from app.protocol.notification import NotificationValues, read_notification
from app.protocol.statuses import Status
from app.protocol.wire import encode_form
from app.records.callbacks import Callback
from app.records.changes import Change
from app.records.dropped_callbacks import dropped_so_far
from app.records.exchanges import Purpose
from app.records.keys import key_at
from app.records.notifications import Notification, unread_keys
from app.records.orders import Order
from tests.desk.conftest import Stage, found

pytestmark = pytest.mark.anyio

SHOP = "tshop00000077"
STAMP = "20260110140322"
LIMITS = RetentionPolicy(timedelta(days=90), 1000)


def notice(order_id: str = "A1001", status: str = "PAYSUCCESS", shop_id: str = SHOP) -> bytes:
    """A notice as the gateway sends it: most keys empty, some there twice, passwords masked."""
    pairs = [
        *(("CustID", ""), ("ShopID", shop_id), ("ShopPass", "*" * 10), ("OrderID", order_id)),
        *(("Status", status), ("TranDate", STAMP), ("ErrInfo", ""), ("PayType", "16")),
        *(("CustID", ""), ("OrderID", "")),
    ]
    return encode_form(pairs)


async def send(stage: Stage, raw: bytes) -> Notification:
    key = await NotificationIntake(stage.desk, LIMITS).receive(raw, "192.0.2.9")
    with stage.desk.database.reading() as session:
        return session.get_one(Notification, key)


async def recheck(stage: Stage, *script: bytes) -> int:
    stage.says(*script)
    return await LookupScheduler(stage.desk).drain()


def set_order(stage: Stage, order: Order, **values: object) -> None:
    with stage.desk.database.writing() as session:
        row = session.get_one(Order, order.id)
        for name, value in values.items():
            setattr(row, name, value)


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        (notice(), NotificationValues(SHOP, "A1001", "PAYSUCCESS", STAMP)),
        (b"orderid=A1&ORDERID=B2", NotificationValues("", "A1", "", "")),
        (b"OrderID=&OrderID=B2", NotificationValues("", "B2", "", "")),
        (
            b"ShopID=a%00b&OrderID=%82%a0&Status=CAPTURE&TranDate=now",
            NotificationValues("", "", "", ""),
        ),
        (b"", NotificationValues("", "", "", "")),
        (b"\xff%zz&&=&%", NotificationValues("", "", "", "")),
    ],
)
async def test_a_notice_is_read_for_what_has_the_right_shape(
    raw: bytes, hint: NotificationValues
) -> None:
    assert read_notification(raw) == hint


async def test_a_notice_moves_nothing_and_makes_a_lookup_due(any_stage: Stage) -> None:
    order = await any_stage.requested()
    sent = await send(any_stage, notice())
    held = any_stage.order(order)
    assert (held.status, held.source, held.confirmed_at) == ("REQSUCCESS", "exec", None)
    assert (sent.body, sent.order_key, sent.status) == (notice(), order.id, "PAYSUCCESS")
    assert held.lookup_due_at is not None
    assert held.lookup_due_at <= now()
    assert await recheck(any_stage, found("PAYSUCCESS")) == 1
    assert any_stage.order(order).status == "PAYSUCCESS"
    assert any_stage.exchanges(order)[-1].purpose is Purpose.RECHECK


@pytest.mark.sqlite_will_do
async def test_a_flood_of_notices_makes_one_lookup_an_hour(any_stage: Stage) -> None:
    order = await any_stage.requested()
    for answer in (found("REQSUCCESS"), found("PAYSTART")):
        asked = 0
        for _ in range(20):
            await send(any_stage, notice())
            asked += await recheck(any_stage, answer)
        assert asked == 1
        any_stage.time_passes(LOOKUP_INTERVAL)
    assert len(any_stage.exchanges(order)) == 4


async def test_a_lookup_without_an_answer_counts_against_notices_too(stage: Stage) -> None:
    await stage.requested()
    await send(stage, notice())
    assert await recheck(stage) == 1
    for _ in range(5):
        await send(stage, notice())
        assert await recheck(stage, found("PAYSUCCESS")) == 0


@pytest.mark.parametrize(
    ("values", "said", "due"),
    [
        ({"status": "PAYSUCCESS", "confirmed_at": now()}, "PAYFAIL", False),
        ({"status": "PAYSUCCESS"}, "PAYSUCCESS", True),
        ({"status": "PAYFAIL"}, "PAYFAIL", True),
        ({"status": "PAYFAIL", "confirmed_at": now()}, "PAYFAIL", False),
        ({"status": "EXPIRED", "confirmed_at": now()}, "PAYSUCCESS", True),
        ({"status": "UNPROCESSED", "executed_at": None}, "PAYSUCCESS", False),
    ],
)
async def test_only_what_a_lookup_may_still_tell_is_asked(
    stage: Stage, values: dict[str, object], said: str, due: bool
) -> None:
    order = await stage.requested()
    set_order(stage, order, lookup_due_at=None, **values)
    sent = await send(stage, notice(status=said))
    assert (sent.due_at is not None, stage.order(order).lookup_due_at is not None) == (due, due)


async def test_money_that_follows_a_failure_is_found(any_stage: Stage) -> None:
    order = await any_stage.requested()
    set_order(any_stage, order, status="PAYFAIL", source="callback", lookup_due_at=None)
    await send(any_stage, notice())
    assert await recheck(any_stage, found("PAYSUCCESS")) == 1
    assert any_stage.order(order).conflict == "status"


@pytest.mark.parametrize(
    "raw",
    [notice("NOBODYS"), notice(shop_id="tshop00000099"), notice(""), b"", bytes(range(256))],
)
async def test_what_names_no_order_of_ours_is_stored_and_does_nothing(
    any_stage: Stage, raw: bytes
) -> None:
    order = await any_stage.requested()
    before = any_stage.order(order).lookup_due_at
    sent = await send(any_stage, raw)
    assert (sent.body, sent.order_key, sent.due_at) == (raw, None, None)
    assert any_stage.order(order).lookup_due_at == before


async def test_what_a_killed_process_left_unread_is_read_at_the_next_start(
    any_stage: Stage,
) -> None:
    order = await any_stage.requested()
    with any_stage.desk.database.writing() as session:
        session.add_all(Notification(body=notice()) for _ in range(3))
    process_waiting(any_stage.desk)
    with any_stage.desk.database.reading() as session:
        assert not unread_keys(session, 10)
        assert {one.order_key for one in session.exec(select(Notification)).all()} == {order.id}


async def test_notices_are_kept_on_rolling_limits(any_stage: Stage) -> None:
    order = await any_stage.requested()
    with any_stage.desk.database.writing() as session:
        for days in range(5):
            for order_key in (order.id, None):
                at = now() - timedelta(days=days, minutes=1)
                session.add(Notification(id=key_at(at), body=b"", order_key=order_key))
    with any_stage.desk.database.writing() as session:
        assert sweep_notifications(session, RetentionPolicy(timedelta(days=4), 100)) == 2
        assert sweep_notifications(session, RetentionPolicy(timedelta(days=4), 3)) == 2
        assert sweep_notifications(session, RetentionPolicy(timedelta(days=4), 3)) == 0
    with any_stage.desk.database.reading() as session:
        assert [(one.verdict, one.number) for one in dropped_so_far(session)] == [("notices", 4)]
        left = session.exec(select(Notification)).all()
    assert sum(one.order_key is None for one in left) == 3
    assert len(left) == 6


def awaited(session: Session, stage: Stage, order: Order) -> OutstandingPart | None:
    view = order_view(session, session.get_one(Order, order.id), stage.desk.settings)
    return view.outstanding.part if view.outstanding else None


async def test_between_the_return_and_the_notice_the_order_says_which_is_to_come(
    stage: Stage,
) -> None:
    order = await stage.requested()
    returned = Callback(body=b"", digest="", verdict="verified", order_key=order.id)
    with stage.desk.database.writing() as session:
        session.add(returned)
    with stage.desk.database.reading() as session:
        assert awaited(session, stage, order) is None  # no notice has ever come for this shop
    await send(stage, notice("ANOTHER"))
    with stage.desk.database.reading() as session:
        assert awaited(session, stage, order) is OutstandingPart.NOTICE
    await send(stage, notice())
    with stage.desk.database.reading() as session:
        assert awaited(session, stage, order) is None
    with stage.desk.database.writing() as session:
        session.delete(session.get_one(Callback, returned.id))
    with stage.desk.database.reading() as session:
        assert awaited(session, stage, order) is OutstandingPart.RETURN


async def test_a_notice_writes_no_change(stage: Stage) -> None:
    order = await stage.requested()
    before = len(stage.changes(order))
    for status in Status:
        await send(stage, notice(status=status))
    with stage.desk.database.reading() as session:
        changes = session.exec(select(Change).where(Change.order_key == order.id)).all()
    assert len(changes) == before
