"""Lookups of many: a list is judged, confirmed, asked, and stands beside the book, row by row."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from app.protocol.messages import Call
from app.protocol.wire import encode_form
from app.records.exchanges import Exchange
from tests.cast import OPERATOR, VIEWER
from tests.conftest import Served, serving, settings_for
from tests.waiting import until
from tests.web.pages.test_lookups import SHOP

ADDRESS = "/lookups/batches"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, blank_database: Path) -> Iterator[Served]:
    """One served desk for the module: each test asks about numbers of its own."""
    folder = tmp_path_factory.mktemp("batches")
    shutil.copy(blank_database, folder / "desk.db")
    with serving(settings_for(folder)) as served:
        yield served


@pytest.fixture(scope="module")
def desk(shared: Served) -> Iterator[httpx.Client]:
    """An operator's browser at that desk."""
    with closing(shared.client(OPERATOR)) as client:
        yield client


def registered(served: Served, number: str, amount: int) -> None:
    """An order that another system of the merchant has registered; nobody has paid it."""
    url = f"{served.url}/sandbox{Call.ENTRY.path}"
    pairs = [*SHOP.items(), ("OrderID", number), ("Amount", str(amount))]
    assert httpx.post(url, content=encode_form(pairs)).status_code == 200


def given(desk: httpx.Client, text: str = "", file: bytes = b"", **fields: str) -> str:
    """The address of a list that was pasted, or brought as a file."""
    parts: dict[str, tuple[str | None, str | bytes]] = {"text": (None, text)}
    if file:
        parts["file"] = ("帳簿.csv", file)
    answer = desk.post(ADDRESS, data={"env": "sandbox", **fields}, files=parts)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def ended(desk: httpx.Client, address: str, state: str = "done") -> str:
    """Its page once it has come so far."""
    until(lambda: f'data-batch="{state}"' in desk.get(address).text)
    return desk.get(address).text


def verdicts(text: str) -> dict[str, str]:
    found = re.findall(r'data-row-order="([^"]+)" data-row-verdict="([a-z-]+)"', text)
    return dict(found)


def test_a_list_is_judged_first_and_asked_about_once_confirmed(
    shared: Served, desk: httpx.Client
) -> None:
    registered(shared, "LIST-1", 1500)
    book = '注文番号,金額,入金\nLIST-1,"1,500",未入金\nLIST-2,900,入金済\n'
    book += "だめ,5,入金済\nLIST-1,1,未入金\n"
    address = given(desk, file=book.encode("cp932"))
    text = desk.get(address).text
    assert 'data-batch="checking" data-done="0" data-total="2"' in text
    assert re.findall(r'data-line="(\d)" data-problem="([a-z-]+)"', text) == [
        ("4", "illegal"),
        ("5", "duplicate"),
    ]
    with shared.app.state.desk.database.reading() as session:
        assert session.exec(select(Exchange)).all() == []
    desk.post(f"{address}/starts")
    text = ended(desk, address)
    assert 'data-done="2" data-total="2"' in text
    assert verdicts(text) == {"LIST-1": "agrees", "LIST-2": "not-registered"}
    assert 'data-book-yen="905"' in text
    assert 'data-gateway-yen="0"' in text
    rows = list(csv.reader(io.StringIO(desk.get(f"{address}.csv").text.lstrip("\ufeff"))))
    assert [row[:4] for row in rows[1:]] == [
        ["2", "LIST-1", SHOP["ShopID"], "agrees"],
        ["3", "LIST-2", SHOP["ShopID"], "not-registered"],
        ["4", "だめ", SHOP["ShopID"], "not-asked"],
        ["5", "LIST-1", SHOP["ShopID"], "not-asked"],
    ]
    assert ended(desk, given(desk, "LIST-1"), "checking").count("data-too-early") == 1


def test_within_sixty_minutes_an_order_is_left_out_unless_there_is_a_reason(
    shared: Served, desk: httpx.Client
) -> None:
    registered(shared, "HOUR-1", 100)
    for reason, verdict in (("", "status-differs"), ("", "not-asked"), ("a customer", "agrees")):
        address = given(desk, "HOUR-1", Reason=reason)
        desk.post(f"{address}/starts")
        text = ended(desk, address)
        assert verdicts(text) == {"HOUR-1": verdict}
        assert ("may be asked again from" in text) == (verdict == "not-asked")


def test_the_columns_can_be_corrected_and_are_remembered(desk: httpx.Client) -> None:
    book = "one,two,three\nCOL-1,100,200\nCOL-2,300,400\n"
    address = given(desk, book)
    desk.post(f"{address}/columns", data={"order": "0", "amount": "2", "header": "on"})
    for one in (address, given(desk, book.replace("COL", "ROW"))):
        text = ended(desk, one, "checking")
        assert re.search(r'name="amount".*?value="2" selected', text, re.DOTALL)


def test_a_reason_can_be_given_when_it_is_started(shared: Served, desk: httpx.Client) -> None:
    registered(shared, "LATE-1", 100)
    for reason, verdict in (("", "status-differs"), ("they call", "agrees")):
        address = given(desk, "LATE-1")
        assert ('name="Reason"' in desk.get(address).text) == bool(reason)
        desk.post(f"{address}/starts", data={"Reason": reason})
        assert verdicts(ended(desk, address)) == {"LATE-1": verdict}


def test_the_next_audience_finds_no_lists_of_the_last(shared: Served, desk: httpx.Client) -> None:
    address = given(desk, "OLD-1")
    assert desk.post("/sandbox/reset", data={"sure": "on", "desk": "on"}).status_code == 303
    assert desk.get(address).status_code == 404


def test_a_list_can_be_stopped_and_says_what_was_left(desk: httpx.Client) -> None:
    address = given(desk, "STOP-1")
    assert desk.post(f"{address}/stops").status_code == 303
    text = ended(desk, address, "stopped")
    assert verdicts(text) == {"STOP-1": "not-asked"}
    assert desk.post(f"{address}/starts").status_code == 303
    assert 'data-batch="stopped"' in desk.get(address).text


def test_nothing_given_and_nobody_allowed_are_told_so(shared: Served, desk: httpx.Client) -> None:
    answer = desk.post(ADDRESS, files={"text": (None, " ")})
    assert answer.status_code == 422
    assert 'data-error-for="text"' in answer.text
    for path in ("nothing", "nothing.csv"):
        assert desk.get(f"{ADDRESS}/{path}").status_code == 404
    assert desk.post(f"{ADDRESS}/nothing/starts").status_code == 404
    with closing(shared.client(VIEWER)) as viewer:
        assert viewer.get(ADDRESS).status_code == 200
        assert viewer.post(ADDRESS, files={"text": (None, "A1")}).status_code == 403


def test_a_row_opens_a_case_that_knows_what_it_is_about(shared: Served, desk: httpx.Client) -> None:
    registered(shared, "CASE-1", 500)
    screen = b"OrderID,Amount,Status\nCASE-1,500,PAYSUCCESS\nCASE-2,9,PAYFAIL\n"
    parts: dict[str, tuple[str | None, str | bytes]] = {
        "text": (None, "OrderID,Amount,Status\nCASE-1,500,paid\n"),
        "screen": ("screen.csv", screen),
    }
    wrong = {"paid-from": "2026-11-24", "paid-to": "2026-11-01"}
    assert 'data-error-for="paid-to"' in desk.post(ADDRESS, data=wrong, files=parts).text
    address = desk.post(ADDRESS, data={"env": "sandbox"}, files=parts).headers["location"]
    text = ended(desk, address, "checking")
    assert 'data-screen-lines="2"' in text
    assert 'data-unlisted="1"' in text
    desk.post(f"{address}/starts")
    text = ended(desk, address)
    assert verdicts(text) == {"CASE-1": "book-paid-not-here", "CASE-2": "not-registered"}
    assert 'data-cause="unpaid-at-gateway" data-cause-yen="500"' in text
    assert desk.get(f"{address}/source?of=screen").content == screen
    assert verdicts(desk.get(f"{address}?age=under-1-day").text) == verdicts(text)
    assert verdicts(desk.get(f"{address}?age=over-7-days").text) == {}
    form, nowhere = re.findall(r'href="(/cases/new\?row=[0-9a-f]+)"', text)
    row = form.partition("=")[2]
    text = desk.get(form).text
    assert re.search(r'value="status-unclear" selected', text)
    assert f'name="row" value="{row}"' in text
    fields = {"kind": "status-unclear", "OrderID": "CASE-1", "Subject": "x", "row": row}
    case = desk.post("/cases", data=fields).headers["location"]
    assert address in desk.get(case).text
    assert f'href="{case}"' in desk.get(address).text
    fields = {"kind": "status-unclear", "OrderID": "CASE-2", "row": nowhere.partition("=")[2]}
    case = desk.post("/cases", data=fields).headers["location"]
    # That the gateway has no such order is what the case rests on.
    [asked] = desk.get(f"{case}/bundle.json").json()["parts"]["exchanges"]
    assert (asked["OrderID"], asked["errors"]) == ("CASE-2", ["M01004002"])


def test_what_a_word_means_is_asked_in_the_page_once(desk: httpx.Client) -> None:
    book = "OrderID,Amount,入金状況\nWORD-1,100,済マーク\n"
    address = given(desk, book)
    assert 'data-word="済マーク"' in ended(desk, address, "checking")
    meant = {"order": "0", "amount": "1", "status": "2", "header": "on"}
    desk.post(f"{address}/columns", data=meant | {"said-1": "済マーク", "means-1": "paid"})
    for one in (address, given(desk, book.replace("WORD", "MORE"))):
        text = ended(desk, one, "checking")
        assert re.search(r'<option value="paid" selected', text)
        assert "data-unread" not in text
