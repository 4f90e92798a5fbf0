"""A file is chosen, its summary read, and its results kept: by whom it is allowed."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.records.callbacks import Callback
from tests.cast import VIEWER
from tests.conftest import browser_for
from tests.desk.importing.test_importing import access_log, some, wrong

pytestmark = pytest.mark.anyio


def stored(app: Starlette) -> list[Callback]:
    with app.state.desk.database.reading() as session:
        return list(session.exec(select(Callback)).all())


async def chosen(operator: httpx.AsyncClient, data: bytes) -> httpx.Response:
    files = {"file": ("アクセス.log", data, "text/plain")}
    return await operator.post("/imports", files=files)


async def shown(operator: httpx.AsyncClient, address: str, state: str) -> str:
    """The page of an import once it has come so far."""
    for _ in range(500):
        text = (await operator.get(address)).text
        if f'data-import="{state}"' in text:
            return text
    raise AssertionError(text)


async def test_a_file_is_summed_up_before_anything_of_it_is_kept(
    desk_app: Starlette, operator: httpx.AsyncClient
) -> None:
    good, bad = some(2)
    answer = await chosen(operator, access_log([good, wrong(bad), good]))
    address = answer.headers["location"]
    text = await shown(operator, address, "ready")
    assert re.findall(r'data-verdict="(\w+)"', text)[:2] == ["mismatch", "verified"]
    assert "アクセス.log" in text
    assert "1 of them a repeat" in text
    assert stored(desk_app) == []
    await operator.post(f"{address}/keepings")
    text = await shown(operator, address, "kept")
    assert 'data-kept="2"' in text
    assert {one.verdict for one in stored(desk_app)} == {"verified", "mismatch"}
    assert 'data-tag="import"' in (await operator.get("/callbacks")).text


async def test_nothing_chosen_and_nobody_allowed_are_told_so(
    desk_app: Starlette, operator: httpx.AsyncClient
) -> None:
    for answer in (await chosen(operator, b""), await operator.post("/imports")):
        assert (answer.status_code, 'data-error-for="file"' in answer.text) == (422, True)
    async with browser_for(desk_app, VIEWER) as viewer:
        assert (await chosen(viewer, b"x")).status_code == 403
        assert (await viewer.get("/imports")).status_code == 200
    assert (await operator.get("/imports/none")).status_code == 404
    assert (await operator.post("/imports/none/keepings")).status_code == 404


async def test_a_shops_list_is_taken_whole_or_refused_by_its_lines(
    desk_app: Starlette, operator: httpx.AsyncClient
) -> None:
    async def sent(text: str, shop: str = "tshop00000001") -> httpx.Response:
        files = {"file": ("orders.csv", text.encode(), "text/csv")}
        return await operator.post("/imports/book", data={"ShopID": shop}, files=files)

    taken = await sent("OrderID,Amount\nB1,1000\nB2,2000\n")
    assert (taken.status_code, 'data-book-entries="2"' in taken.text) == (200, True)
    for text, said in (("OrderID,Amount\nB1,x\n", "Line 2."), ("x", "Line 1.")):
        refused = await sent(text)
        assert (refused.status_code, said in refused.text) == (422, True)
    assert (await sent("OrderID,Amount\nB1,1\n", "none")).status_code == 422
