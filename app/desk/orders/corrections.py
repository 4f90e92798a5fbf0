"""Corrections: an order whose values the gateway has refused, sent again with others.

A refused EntryTran has registered nothing, so its OrderID is as free as before; a refused ExecTran
leaves the trade registered, with the OrderID, Amount and Tax that it has. Where one of these is at
fault, only another OrderID helps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from app.clock import now
from app.desk.actions import NextStep, decision_of
from app.desk.audit import record_action
from app.desk.context import Actor, Desk
from app.desk.orders.order_ids import next_number
from app.desk.orders.validation import TYPED, Draft
from app.desk.permissions import Permission, demand
from app.protocol.error_catalogue import Fault, fault
from app.protocol.messages import Call
from app.records.derived_columns import SPOKEN_OF
from app.records.exchanges import history_of
from app.records.orders import UNKNOWN, Order, locked_order, order_by_form

REGISTERED_WITH = ("OrderID", "Amount", "Tax")
"""What a registered trade can no longer have otherwise."""


class NotCorrectable(Exception):
    """The order does not stand before a call that was refused for its values (any more)."""


@dataclass(frozen=True)
class Correction:
    """What the gateway refused of an order, and what may be sent in its place.

    `call` is the one refused, `order_id` the OrderID for the next attempt. `values` are those that
    were sent, as text by parameter.
    """

    order: Order
    call: Call
    faults: Sequence[Fault]
    order_id: str
    values: dict[str, str]

    @property
    def keeps_number(self) -> bool:
        """Whether the same order can be sent again."""
        return self.order_id == self.order.order_id

    @property
    def fixed(self) -> tuple[str, ...]:
        """The parameters that cannot be changed without another OrderID."""
        return REGISTERED_WITH if self.call is Call.EXEC else ("OrderID",)


def correction_of(session: Session, order: Order, settle: timedelta) -> Correction | None:
    """What there is to correct; None when that is not what the order waits for."""
    if decision_of(session, order, now(), settle).next_step is not NextStep.CORRECT_VALUES:
        return None
    call = Call.ENTRY if order.status == UNKNOWN else Call.EXEC
    refused = next(one for one in reversed(history_of(session, order.id)) if one.call is call)
    faults = [fault(code) for code in refused.error_codes]
    fixed = REGISTERED_WITH if call is Call.EXEC else ("OrderID",)
    same = not any(one.field in fixed for one in faults)
    number = order.order_id if same else next_number(session, order.shop_key, order.order_id)
    return Correction(order, call, faults, number, values_of(order))


def correct(desk: Desk, actor: Actor, order_key: str, draft: Draft) -> tuple[Order, bool]:
    """The order with what was typed in place of what was refused, and whether that is new.

    Sends nothing: whoever does asks the locks as before. The same form has done it once already
    when it comes again. Raises NotCorrectable,
    NotPermitted.
    """
    with desk.database.writing() as session:
        if made := order_by_form(session, draft.form_key):
            return made, False
        order = locked_order(session, order_key)
        found = correction_of(session, order, desk.settings.gateway_settle) if order else None
        if order is None or found is None or not found.keeps_number:
            raise NotCorrectable(order_key)
        demand(actor, Permission.ACT, order.environment)
        changed = changes_in(found, draft)
        if changed & set(found.fixed):
            raise NotCorrectable(order_key)
        _fill_in(order, draft)
        subject, names = order.order_id, " ".join(name for name in TYPED if name in changed)
        record_action(session, actor, "correct", order_key=order.id, subject=subject, changed=names)
        return order, True


def changes_in(correction: Correction, draft: Draft) -> set[str]:
    """The parameters that are typed otherwise than they were sent."""
    return {name for name in TYPED if getattr(draft, name) != correction.values[name]}


def values_of(order: Order) -> dict[str, str]:
    """What was typed for an order, as text by parameter."""
    return {
        "OrderID": order.order_id,
        "Amount": "" if order.amount is None else str(order.amount),
        "Tax": str(order.tax) if order.tax else "",
        "RetURL": order.ret_url or "",
        "ClientField1": order.client_field1 or "",
        "ClientField2": order.client_field2 or "",
        "ClientField3": order.client_field3 or "",
    }


def _fill_in(order: Order, draft: Draft) -> None:
    order.form_key = draft.form_key
    order.filed = SPOKEN_OF
    order.amount, order.tax = int(draft.Amount), int(draft.Tax) if draft.Tax else None
    order.ret_url = draft.RetURL
    order.client_field1 = draft.ClientField1 or None
    order.client_field2 = draft.ClientField2 or None
    order.client_field3 = draft.ClientField3 or None
