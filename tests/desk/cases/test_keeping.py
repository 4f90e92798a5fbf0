"""What a case refers to is kept by every sweep; a person who sets the sandbox back ends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.clock import now
from app.desk.cases.attachments import attach
from app.desk.cases.opening import CaseDraft, open_case
from app.desk.cases.refunds import propose
from app.desk.retention import RetentionPolicy, sweep_all
from app.desk.shops.shops import reset_sandbox_orders
from app.records.callbacks import Callback
from app.records.cases import Attachment, AttachmentContent, Case, CaseEvent, CaseOrder
from app.records.keys import first_key
from app.records.notifications import Notification
from app.records.orders import Order
from app.records.refunds import Refund, RefundPerson
from app.records.shops import Environment, Shop
from tests.desk.cases.conftest import Investigation, confirmed
from tests.desk.conftest import Stage

pytestmark = pytest.mark.anyio

OLD = now() - timedelta(days=400)
TABLES = (Case, CaseOrder, CaseEvent, Attachment, AttachmentContent, Refund, RefundPerson)


def told_long_ago(stage: Stage, *orders: Order) -> None:
    """Results that prove nothing, and notices, which named these orders more than a year ago."""
    with stage.desk.database.writing() as session:
        for number, order in enumerate(orders):
            key = first_key(OLD)[:-6] + f"{number:06}"
            named: dict[str, Any] = {"order_key": order.id, "order_id": order.order_id}
            session.add(
                Callback(id=key, body=b"x" * 9000, verdict="mismatch", judged_at=OLD, **named)
            )
            session.add(Notification(id=key, body=b"x", received_at=OLD, **named))


async def test_no_sweep_drops_what_a_case_is_about(stage: Stage) -> None:
    kept, swept = await confirmed(stage), await confirmed(stage, "A1002")
    open_case(stage.desk, stage.actor, CaseDraft("tampering", "", "A1001"), Environment.TEST)
    told_long_ago(stage, kept, swept)
    sweep_all(stage.desk.database, RetentionPolicy(timedelta(days=30), number=0))
    with stage.desk.database.reading() as session:
        assert session.exec(select(Callback.order_id)).all() == ["A1001"]
        assert session.exec(select(Notification.order_key)).all() == [kept.id]


async def test_setting_the_sandbox_back_ends_its_cases(investigation: Investigation) -> None:
    stage = investigation.stage
    case = investigation.case.id
    attach(stage.desk, stage.actor, case, "a.txt", b"text")
    propose(stage.desk, stage.actor, case, investigation.draft())
    reset_sandbox_orders(stage.desk, stage.actor)
    with stage.desk.database.writing() as session:
        # Another environment's are never touched.
        assert all(session.exec(select(table)).first() for table in TABLES)
        for table in (Shop, Order, Case):
            for row in session.exec(select(table)).all():
                row.environment = Environment.SANDBOX
    reset_sandbox_orders(stage.desk, stage.actor)
    with stage.desk.database.reading() as session:
        assert not any(session.exec(select(table)).first() for table in TABLES)
