"""A disk that is full, as a customer sees it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk.callbacks.cast import body
from tests.processes import desk_process
from tests.web.pages.test_full_disk import callbacks, full_disk


@pytest.fixture
def customer(browser: Browser) -> Iterator[Page]:
    """A customer's browser, which knows nothing of the desk."""
    with closing(browser.new_context(locale="en-GB")) as context:
        yield context.new_page()


@pytest.mark.soak
def test_a_customer_sends_again_what_a_full_disk_refused(tmp_path: Path, customer: Page) -> None:
    raw = body("AGAIN-1")
    fields = httpx.QueryParams(raw.decode()).multi_items()
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields)
    with desk_process(tmp_path) as desk:
        address = f"{desk.url}/netcash/return?from=shop"
        customer.set_content(f'<form method="post" action="{address}">{inputs}<button></form>')
        with full_disk(desk):
            with customer.expect_navigation() as refused:
                customer.get_by_role("button").click()
            button = customer.get_by_role("button", name="Send the result again")
            expect(button).to_be_visible()
        with customer.expect_navigation() as taken:
            button.click()
        expect(button).to_have_count(0)
        assert [refused.value.status, taken.value.status] == [503, 200]
        [kept] = callbacks(tmp_path)
    assert (kept.body, "from=shop" in kept.headers) == (raw, True)
