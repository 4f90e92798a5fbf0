"""A gateway that does not answer, as the log has it."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from app.desk.gateway_calls.scheduled_lookups import LookupScheduler
from app.records.shops import Shop
from tests.desk.conftest import SILENCE, Stage, found, refused

pytestmark = pytest.mark.anyio

SENDS = "app.desk.gateway_calls.send"


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was said of gateway calls, without a traceback."""
    told = [one for one in caplog.records if one.name == SENDS]
    assert not [one for one in told if one.exc_info]
    return [one.getMessage() for one in told]


async def test_a_call_of_a_persons_that_is_not_answered_is_one_line(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    order = await stage.registered()
    assert said(caplog) == []
    await stage.execute(order, *SILENCE)
    assert said(caplog) == ["gateway call ExecTranNetcash of order A1001: no-answer, closed"]


async def test_a_refusal_is_an_answer(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    await stage.register(stage.open(), refused("E01010001"))
    assert said(caplog) == []


async def test_a_gateway_that_leaves_due_lookups_unanswered_is_told_of_once(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await stage.requested()
    # On a port of its own: what other tests let fail is still remembered, and told of.
    url = f"{stage.gateway.url}:8091"
    with stage.desk.database.writing() as session:
        session.get_one(Shop, stage.shop.id).gateway_url = url
    host = url.partition("://")[2]
    for turn in ((), (), (), (found("REQSUCCESS"),)):
        stage.time_passes(timedelta(hours=2))
        stage.says(*turn)
        assert await LookupScheduler(stage.desk).drain() == 1
    assert [line for line in said(caplog) if host in line] == [
        f"due lookups get no answer from the gateway at {host} (no-answer, closed)",
        f"due lookups are answered again by the gateway at {host}, after 3 failures",
    ]
