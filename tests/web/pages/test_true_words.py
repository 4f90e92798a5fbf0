"""A page never says more of an order than the desk knows."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from app.clock import now
from app.desk.actions import next_steps
from app.desk.status.updates import StatusReport, Terms, apply_report
from app.protocol.checkstring import Verdict, signed_result
from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.protocol.wire import encode_form
from app.records.callbacks import Applied
from app.records.orders import Order, Source
from app.records.shops import Confirmation
from tests.web.pages.rows import a_callback, an_exchange, an_order
from tests.web.pages.test_conflicts import PASSWORD, SHOP, words
from tests.web.pages.test_correcting import refused

pytestmark = pytest.mark.anyio

NEVER_SENT = {"source": None, "status_at": None, "executed_at": None}


@pytest.mark.parametrize(("language", "said"), [("en", "Not registered"), ("ja", "未登録")])
async def test_an_order_that_was_never_sent_is_not_registered(
    client: httpx.AsyncClient, desk_app: Starlette, language: str, said: str
) -> None:
    order = an_order(desk_app, "N1", "unknown", **NEVER_SENT)
    client.cookies.set("lang", language)
    for address in (f"/orders/{order.id}", "/orders"):
        shown = (await client.get(address)).text
        claim = re.search(r'data-status="unknown".*?</span>', shown, re.DOTALL)
        assert claim
        assert said in claim[0]


async def test_an_order_whose_registration_went_unanswered_is_unknown(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_order(desk_app, "N2", "unknown", source=Source.ENTRY, executed_at=None)
    assert "Not registered" not in words(await client.get(f"/orders/{order.id}"))


async def test_what_entrytran_answered_for_was_not_registered_before(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_order(desk_app, "N3", "unknown", **NEVER_SENT)
    with desk_app.state.desk.database.writing() as session:
        fresh = session.get_one(Order, order.id)
        report = StatusReport(Source.ENTRY, Status.UNPROCESSED)
        apply_report(session, fresh, report, Terms(Confirmation.NEVER, timedelta()))
    assert "Not registered → Registered" in words(await client.get(f"/orders/{order.id}"))


async def test_a_lookup_that_moved_the_claim_has_not_said_the_same(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    values = {"source": Source.LOOKUP, "confirmed_at": now()}
    order = an_order(desk_app, "N4", "EXPIRED", **values)
    assert "The gateway said the same" not in words(await client.get(f"/orders/{order.id}"))


def agreed(app: Starlette, status: Status) -> tuple[Order, str]:
    """An order of which a lookup says what is held of it; and the lookup's address."""
    source = Source.CALLBACK if status is Status.PAYSUCCESS else Source.EXEC
    order = an_order(app, f"G{status}", status, source=source, access_id="a" * 32)
    lookup = an_exchange(app, order.order_id, Call.SEARCH, order_key=order.id, said_status=status)
    report = StatusReport(
        Source.LOOKUP, status, amount=1000, tax=0, exchange_key=lookup.id, asked_at=now()
    )
    with app.state.desk.database.writing() as session:
        fresh = session.get_one(Order, order.id)
        apply_report(session, fresh, report, Terms(Confirmation.NEVER, timedelta()))
        assert fresh.confirmed_at is not None
    return order, f"/lookups/{lookup.id}"


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize(
    ("language", "confirmed", "same"),
    [("en", "confirmed", "The gateway says the same"), ("ja", "確定", "照会でも同じ状態")],
)
async def test_only_a_payment_is_called_confirmed(
    client: httpx.AsyncClient,
    desk_app: Starlette,
    status: Status,
    language: str,
    confirmed: str,
    same: str,
) -> None:
    order, lookup = agreed(desk_app, status)
    client.cookies.set("lang", language)
    for address in (f"/orders/{order.id}", lookup):
        said = words(await client.get(address)).replace("支払いの確定ではありません", "")
        paid = status is Status.PAYSUCCESS
        assert (confirmed in said.lower()) == paid, address
        assert (same in said) == (not paid), address


@pytest.mark.parametrize(
    ("left", "step"),
    [(timedelta(days=100), "wait-for-desk"), (timedelta(), "confirm-by-lookup")],
)
async def test_what_the_desk_asks_at_once_is_no_step_of_a_person(
    client: httpx.AsyncClient,
    desk_app: Starlette,
    monkeypatch: pytest.MonkeyPatch,
    left: timedelta,
    step: str,
) -> None:
    monkeypatch.setattr(next_steps, "LEFT_TO_THE_DESK", left)
    # As old as this the desk does not ask about it, so that nothing happens meanwhile.
    old = now() - timedelta(days=60)
    times = dict.fromkeys(("created_at", "executed_at", "lookup_due_at"), old)
    values: dict[str, Any] = {"source": Source.CALLBACK, **times}
    order = an_order(desk_app, "D1", "PAYSUCCESS", **values)
    shown = (await client.get(f"/orders/{order.id}")).text
    assert f'data-next-step="{step}"' in shown
    assert f'action="/orders/{order.id}/lookups"' in shown


async def test_what_was_refused_is_not_offered_again_as_it_was(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    for number, call in (("R1", Call.ENTRY), ("R2", Call.EXEC)):
        order = refused(desk_app, number, call, "M01039013")
        shown = (await client.get(f"/orders/{order.id}")).text
        assert f'action="/orders/{order.id}/registrations"' not in shown
        assert f'action="/orders/{order.id}/executions"' not in shown


async def test_a_failure_that_may_be_a_payment_is_no_reason_for_another_number(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_order(desk_app, "F1", "PAYFAIL", source=Source.CALLBACK)
    pairs = dict(signed_result(SHOP, "F1", Status.PAYFAIL, "20260110140322", PASSWORD).pairs())
    body = encode_form((pairs | {"ErrCode": "NC2", "ErrInfo": "NC2000001"}).items())
    values = {"order_key": order.id, "status": "PAYFAIL", "applied": Applied.MOVED}
    a_callback(desk_app, "F1", Verdict.VERIFIED, body=body, **values)
    shown = (await client.get(f"/orders/{order.id}")).text
    assert 'data-next-step="ask-gateway"' in shown
    assert "code under which money may have moved" in shown
    assert f'href="/orders/new?after={order.id}"' not in shown
