"""A morning's reconciliation: a spreadsheet's file against the gateway, what disagrees on top."""

from __future__ import annotations

from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Served
from tests.web.pages.test_batches import ended, registered, verdicts

BOOK = "注文番号,氏名,金額,入金\r\nM-1,髙橋,1000,未入金\r\nM-2,髙橋,2000,入金済\r\n"
ILLEGAL = "だめ,x,1,入金済\r\n"


def test_a_file_is_judged_confirmed_and_compared_in_four_interactions(
    admin_page: Page, served: Served
) -> None:
    for number, yen in (("M-1", 1000), ("M-2", 2000)):
        registered(served, number, yen)
    admin_page.goto("/lookups/batches")
    file = {"name": "売上.csv", "mimeType": "text/csv", "buffer": (BOOK + ILLEGAL).encode("cp932")}
    admin_page.set_input_files("[name=file]", file)  # type: ignore[arg-type]
    admin_page.get_by_role("button", name="Read the list").click()
    expect(admin_page.locator("[data-line='4']")).to_contain_text("4")
    admin_page.get_by_role("button", name="Ask the gateway").click()
    # The page fills itself in.
    expect(admin_page.locator("[data-batch=done]")).to_be_visible()
    rows = admin_page.locator("[data-row-order]")
    expect(rows).to_have_count(2)
    expect(rows.first).to_have_attribute("data-row-verdict", "book-paid-not-here")
    admin_page.get_by_role("link", name="Agrees 1").click()
    expect(rows).to_have_count(1)
    expect(rows).to_have_attribute("data-row-order", "M-1")


@pytest.mark.soak
def test_five_hundred_lines_with_eleven_disagreements_are_all_found(
    served: Served,
) -> None:
    numbers = [f"S{at:04d}" for at in range(500)]
    for number in numbers:
        registered(served, number, 1000)
    wrong = {numbers[at] for at in range(7, 500, 45)}
    assert len(wrong) == 11
    lines = [f"{one},1000,{'入金済' if one in wrong else '未入金'}" for one in numbers]
    data = ("注文番号,金額,入金\r\n" + "\r\n".join(lines)).encode("cp932")
    with closing(served.client()) as desk:
        answer = desk.post("/lookups/batches", files={"file": ("book.csv", data)})
        address = answer.headers["location"]
        desk.post(f"{address}/starts")
        text = ended(desk, address)
    found = verdicts(text)
    assert len(found) == 500
    assert {one for one, verdict in found.items() if verdict != "agrees"} == wrong
    assert 'data-difference-yen="11000"' in text
