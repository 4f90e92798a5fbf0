"""The page of a lookup that waits for its answer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from app.gateway import Outcome
from app.records.exchanges import WAITING, Exchange
from tests.cast import OPERATOR, signed_in_cookie
from tests.conftest import Served
from tests.web.pages.rows import an_exchange


@pytest.mark.soak
def test_the_answer_appears_without_a_reload_and_the_asking_ends(
    served: Served, page: Page
) -> None:
    row = an_exchange(served.app, "SLOW-2", outcome=WAITING, duration_ms=None, answered_at=None)
    name, value = signed_in_cookie(served.app, OPERATOR)
    page.context.add_cookies([{"name": name, "value": value, "url": served.url}])
    page.goto(f"/lookups/{row.id}")
    page.locator('[data-outcome="waiting"]').wait_for()
    with served.app.state.desk.database.writing() as session:
        session.get_one(Exchange, row.id).outcome = Outcome.NO_ANSWER
    page.locator('[data-outcome="no-answer"]').wait_for()
    assert page.locator("[hx-trigger]").count() == 0
