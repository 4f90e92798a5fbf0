"""Whatever outsiders send stays text: in a real browser, on every page, print and download."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.cast import ADMIN, signed_in_cookie
from tests.conftest import Served, serving, settings_for
from tests.hostile import ATTACK, MARK, beset
from tests.walk import crawl

pytestmark = pytest.mark.soak

NEEDED = {
    r"/$",
    r"/orders/\w{32}$",
    r"/callbacks/\w{32}$",
    r"/exchanges/\w{32}$",
    r"/lookups/\w{32}$",
    r"/lookups/disagreements$",
    r"/lookups/batches/\w{32}$",
    r"/lookups/batches/\w{32}/source",
    r"/lookups/batches/\w{32}\.csv",
    r"/imports/\w{32}$",
    r"/cases/\w{32}$",
    r"/cases/\w{32}/evidence$",
    r"/cases/\w{32}/bundle\.json",
    r"/cases/\w{32}/attachments/\w{32}$",
    r"/cases/refunds",
    r"/outcomes",
    r"/audit$",
    r"/audit\.csv",
    r"/orders\.csv",
    r"/callbacks\.csv",
    r"/settings/account$",
    r"/settings/notifications$",
    r"/settings/retention$",
    r"/settings/shops/\w{32}$",
    r"/settings/tokens$",
    r"/settings/users/\w{32}$",
    r"/sandbox$",
    r"/sandbox/trades/\w+$",
    r"/sandbox/guide$",
}
"""Addresses of which the walk has to have met one each."""


@pytest.fixture(scope="module")
def beset_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("hostile")
    with serving(settings_for(folder, gateway_settle=0)) as served:
        yield served


def test_what_outsiders_send_is_text_on_every_page_print_and_download(
    beset_desk: Served, browser: Browser
) -> None:
    with beset(beset_desk) as operator:
        seen = dict(crawl(operator))
    met = {address.partition("?")[0] for address in seen}
    assert not {one for one in NEEDED if not any(re.match(one, address) for address in met)}
    pages = [address for address, answer in seen.items() if is_page(answer)]
    context = browser.new_context(base_url=beset_desk.url, locale="en-GB")
    name, value = signed_in_cookie(beset_desk.app, ADMIN)
    context.add_cookies([{"name": name, "value": value, "url": beset_desk.url}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    for address in pages:
        complaints.clear()
        page.goto(address, wait_until="load")
        assert not broken_out(page), address
        assert not [one for one in complaints if "Content Security Policy" in one], address
    page.set_content(ATTACK)
    assert broken_out(page), "whoever looks would see it"
    context.close()
    for address, answer in seen.items():
        if not is_page(answer):
            assert answer.headers["x-content-type-options"] == "nosniff", address
            assert "svg" not in answer.headers["content-type"], address
        if ".csv" in address:
            rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
            assert not [cell for row in rows for cell in row if cell[:1] in {*"=+@\t\r"}], address


def is_page(answer: httpx.Response) -> bool:
    return answer.headers["content-type"].startswith("text/html")


def broken_out(page: Page) -> bool:
    """Whether an outsider's markup is markup here."""
    looked = f"""() => document.querySelector('[{MARK}]') !== null
        || document.title === 'owned'
        || [...document.links].some(one => one.protocol === 'javascript:')"""
    found: bool = page.evaluate(looked)
    return found
