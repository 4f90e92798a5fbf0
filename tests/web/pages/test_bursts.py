"""A burst of refusals: noticed, shown everywhere, and gone by an approver's recorded word."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.clock import now
from app.desk.audit import record_stranger
from app.desk.bursts import ENOUGH, WINDOW, watch
from app.records.accounts import AuditEntry
from app.records.audit_chain import PENDING, verify
from app.records.bursts import BURST, BURST_SEEN, REFUSALS
from app.records.keys import key_at
from tests.cast import APPROVER
from tests.conftest import browser_for
from tests.web.pages.rows import an_order
from tests.web.pages.test_attention import entries

pytestmark = pytest.mark.anyio


def refused(app: Starlette, number: int) -> None:
    for one in range(number):
        with app.state.desk.database.writing() as session:
            record_stranger(session, REFUSALS[one % len(REFUSALS)], "192.0.2.1")


def recorded(app: Starlette, action: str) -> list[AuditEntry]:
    with app.state.desk.database.reading() as session:
        return list(session.exec(select(AuditEntry).where(AuditEntry.action == action)))


async def test_it_is_shown_until_an_approver_has_said_what_came_of_it(
    desk_app: Starlette, operator: httpx.AsyncClient
) -> None:
    database = desk_app.state.desk.database
    an_order(desk_app, "CALM")
    refused(desk_app, ENOUGH - 1)
    watch(database)
    assert await entries(operator) == []
    refused(desk_app, 1)
    watch(database)
    watch(database)
    assert len(recorded(desk_app, BURST)) == 1
    assert await entries(operator) == ["refusal-burst"]
    word = {"Reason": "An audit of our own"}
    assert (await operator.post("/bursts/dismissals", data=word)).status_code == 403
    async with browser_for(desk_app, APPROVER) as approver:
        without = await approver.post("/bursts/dismissals", data={"Reason": " "})
        assert (without.status_code, 'data-error-for="Reason"' in without.text) == (422, True)
        assert (await approver.post("/bursts/dismissals", data=word)).status_code == 303
        assert (await approver.post("/bursts/dismissals", data=word)).status_code == 303
        assert await entries(approver) == []
    [seen] = recorded(desk_app, BURST_SEEN)
    assert (seen.email, seen.reason) == (APPROVER.email, word["Reason"])
    # What was spoken of is not noticed again; what comes after it is.
    watch(database)
    assert await entries(operator) == []
    refused(desk_app, ENOUGH)
    watch(database)
    assert await entries(operator) == ["refusal-burst"]
    with database.reading() as session:
        assert verify(session).fault is None


async def test_refusals_that_lie_far_apart_are_no_burst(desk_app: Starlette) -> None:
    refused(desk_app, ENOUGH - 1)
    long_ago = now() - WINDOW - timedelta(minutes=1)
    with desk_app.state.desk.database.writing() as session:
        record_stranger(session, REFUSALS[0], "192.0.2.1")
        for entry in session.info[PENDING]:
            entry.id, entry.at = key_at(long_ago), long_ago
    watch(desk_app.state.desk.database)
    assert recorded(desk_app, BURST) == []
