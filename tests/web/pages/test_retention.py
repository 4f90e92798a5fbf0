"""How long things are kept, and what goes next, can be read before it happens."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from app.clock import now
from app.protocol.checkstring import Verdict
from app.records.keys import key_at
from tests.web.pages.rows import a_callback

pytestmark = pytest.mark.anyio


async def test_the_page_says_what_the_next_sweep_would_drop(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    long_ago = now() - timedelta(days=1_000)
    a_callback(desk_app, "A1", Verdict.MISMATCH, id=key_at(long_ago), received_at=long_ago)
    a_callback(desk_app, "A2", Verdict.MISMATCH)
    page = (await client.get("/settings/retention")).text
    row = page.partition('data-row-kind="mismatch"')[2].partition("</tr>")[0]
    assert 'data-held="2"' in row
    assert 'data-going="1"' in row
    assert 'href="/settings/retention"' in (await client.get("/settings/shops")).text
