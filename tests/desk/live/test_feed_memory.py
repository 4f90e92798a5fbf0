"""What the live feed holds in memory."""

import asyncio

import pytest

from app.clock import now
from app.desk.live.callback_events import CallbackEvent
from app.desk.live.feed import Feed
from app.records.callbacks import Callback
from tests.desk.conftest import Stage

pytestmark = pytest.mark.anyio


async def test_the_feed_keeps_what_arrived_without_its_body(stage: Stage) -> None:
    stopping = asyncio.Event()
    feed = Feed(stage.desk, stopping)
    following = feed.follow(None)
    await anext(following)
    feed.announce([Callback(body=b"x" * 60_000, judged_at=now(), verdict="mismatch")])
    [told] = await anext(following)
    stopping.set()
    feed.wake_followers()
    assert isinstance(told, CallbackEvent)
    assert (told.callback.body, told.callback.verdict) == (b"", "mismatch")
