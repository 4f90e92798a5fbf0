"""Results that a shop passed on and that prove nothing: shown, led on from, gone by a word."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.clock import now
from app.records.accounts import AuditEntry
from app.records.callbacks import Callback
from app.records.shops import Environment
from app.records.unproven_copies import COPIES_SEEN
from tests.web.pages.rows import an_order
from tests.web.pages.test_attention import REASON, entries

pytestmark = pytest.mark.anyio


def passed_on(app: Starlette, order_id: str, **values: Any) -> str:
    came = {"environment": Environment.TEST, "verdict": "mismatch"} | values
    digest = order_id.ljust(64, "0")
    callback = Callback(body=b"x", copied_digest=digest, order_id=order_id, judged_at=now(), **came)
    with app.state.desk.database.writing() as session:
        session.add(callback)
        session.flush()
        return callback.id


async def test_they_are_one_entry_that_leads_on_and_leaves_by_a_recorded_word(
    desk_app: Starlette, operator: httpx.AsyncClient
) -> None:
    order = an_order(desk_app, "CALM")
    passed_on(desk_app, "SANDBOX", environment=Environment.SANDBOX)
    passed_on(desk_app, "PROVEN", verdict="verified")
    passed_on(desk_app, "KNOWN", order_key=order.id)
    assert await entries(operator) == []
    passed_on(desk_app, "FIRST", environment=None)
    last = passed_on(desk_app, "LAST")
    assert await entries(operator) == ["unproven-copy"]
    page = (await operator.get("/?env=test")).text
    for step in (f"/callbacks/{last}", "/lookups?OrderID=LAST", "/settings/shops"):
        assert f'href="{step}"' in page
        assert (await operator.get(step)).status_code == 200
    address = "/unproven-copies/dismissals"
    without = await operator.post(address, data={"Reason": " "})
    assert (without.status_code, 'data-error-for="Reason"' in without.text) == (422, True)
    for _ in range(2):
        assert (await operator.post(address, data=REASON)).status_code == 303
    assert await entries(operator) == []
    with desk_app.state.desk.database.reading() as session:
        [seen] = session.exec(select(AuditEntry).where(AuditEntry.action == COPIES_SEEN))
        assert (seen.reason, seen.subject) == (REASON["Reason"], "LAST")
    passed_on(desk_app, "LATER")
    assert await entries(operator) == ["unproven-copy"]


async def test_one_that_is_judged_anew_and_right_leaves_by_itself(
    desk_app: Starlette, operator: httpx.AsyncClient
) -> None:
    an_order(desk_app, "CALM")
    key = passed_on(desk_app, "LAST")
    assert await entries(operator) == ["unproven-copy"]
    with desk_app.state.desk.database.writing() as session:
        session.get_one(Callback, key).verdict = "verified"
    assert await entries(operator) == []
