"""A case with its people: who proposes, who approves, and an order whose payment is confirmed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.desk.cases.opening import CaseDraft, open_case
from app.desk.cases.refund_values import RefundDraft
from app.desk.context import Actor
from app.records.accounts import Role, User
from app.records.cases import Case
from app.records.orders import Order
from app.records.shops import Environment
from tests.desk.conftest import Stage, found


@dataclass
class Investigation:
    """A case about one confirmed order of ¥1,080, an operator, and two who may approve."""

    stage: Stage
    order: Order
    case: Case
    operator: Actor
    approver: Actor
    other_approver: Actor

    def draft(self, amount: str = "1080", **more: str) -> RefundDraft:
        return RefundDraft(amount, "bank-transfer", "T-1", **more)

    def case_now(self) -> Case:
        with self.stage.desk.database.reading() as session:
            return session.get_one(Case, self.case.id)


def person(stage: Stage, email: str, role: Role) -> Actor:
    with stage.desk.database.writing() as session:
        user = User(email=email, role=role)
        session.add(user)
    return Actor(user.id, email, role, "192.0.2.2")


async def confirmed(stage: Stage, order_id: str = "A1001") -> Order:
    order = await stage.requested(OrderID=order_id)
    return await stage.look_up(order, found("PAYSUCCESS"))


async def investigating(stage: Stage) -> Investigation:
    order = await confirmed(stage)
    case = open_case(
        stage.desk, stage.actor, CaseDraft("refund", "", order.order_id), Environment.TEST
    )
    approvers = [person(stage, f"{name}@example.jp", Role.ADMIN) for name in ("aoki", "abe")]
    return Investigation(stage, order, case, stage.actor, *approvers)


@pytest.fixture
async def investigation(stage: Stage) -> Investigation:
    """On SQLite."""
    return await investigating(stage)


@pytest.fixture
async def any_investigation(any_stage: Stage) -> Investigation:
    """On SQLite and on PostgreSQL."""
    return await investigating(any_stage)
