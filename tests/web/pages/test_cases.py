"""Cases over HTTP: from the order to the closed case, and what comes afterwards."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette

from app.clock import now
from app.desk.cases.verifier import verify
from app.protocol.statuses import Status
from app.records.cases import Case
from app.records.orders import Order
from tests.cast import ADMIN, VIEWER
from tests.conftest import browser_for
from tests.desk.callbacks.cast import body, tampered
from tests.web.pages.rows import an_order

pytestmark = pytest.mark.anyio

PAID = {"said_amount": 1000, "said_tax": 0, "confirmed_at": now()}
REFUND = {"Amount": "400", "Means": "bank-transfer", "Reference": "T-77"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def hook(page: httpx.Response, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', page.text)
    assert found, name
    return found[1]


async def opened(client: httpx.AsyncClient, order: Order, kind: str = "refund") -> str:
    answer = await client.post("/cases", data={"kind": kind, "OrderID": order.order_id})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def closed(client: httpx.AsyncClient, order: Order, kind: str = "refund") -> str:
    address = await opened(client, order, kind)
    await client.post(f"{address}/decisions", data={"Text": "Nothing to do"})
    await client.post(f"{address}/closings")
    assert hook(await client.get(address), "data-case") == "closed"
    return address


async def test_a_case_is_opened_from_an_order_and_filled_with_it(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_order(desk_app, "C1", "PAYSUCCESS", **PAID)
    page = await client.get(f"/orders/{order.id}")
    assert f'href="/cases/new?order={order.id}"' in page.text
    form = await client.get(f"/cases/new?order={order.id}")
    assert 'value="C1"' in form.text
    assert '<option value="refund" selected>' in form.text
    case = await client.get(await opened(client, order))
    assert hook(case, "data-case") == "open"
    assert hook(case, "data-refundable") == "1000"
    assert (await client.get(f"/orders/{order.id}")).text.count("C-000001") == 1


async def test_several_orders_are_one_case(client: httpx.AsyncClient, desk_app: Starlette) -> None:
    for number in ("C1", "C1-1", "C1-2"):
        an_order(desk_app, number, "PAYSUCCESS", **PAID)
    fields = {"kind": "double-payment", "OrderID": ["C1", "C1-1"]}
    answer = await client.post("/cases", data=fields)
    await client.post(f"{answer.headers['location']}/orders", data={"OrderID": "C1-2"})
    case = await client.get(answer.headers["location"])
    assert case.text.count("data-refundable") == 3


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"kind": "nonsense", "OrderID": "C1"}, "kind"),
        ({"kind": "refund"}, "OrderID"),
        ({"kind": "refund", "OrderID": "nobody"}, "OrderID"),
        ({"kind": "refund", "OrderID": "C1", "Subject": "x" * 121}, "Subject"),
    ],
)
async def test_what_is_wrong_with_the_form_is_said_beside_the_field(
    client: httpx.AsyncClient, desk_app: Starlette, fields: dict[str, str], fault: str
) -> None:
    an_order(desk_app, "C1")
    answer = await client.post("/cases", data=fields)
    assert answer.status_code == 422
    assert f'data-error-for="{fault}"' in answer.text


async def test_a_refund_takes_two_people(
    client: httpx.AsyncClient, operator: httpx.AsyncClient, desk_app: Starlette
) -> None:
    address = await opened(operator, an_order(desk_app, "C1", "PAYSUCCESS", **PAID))
    assert (await operator.post(f"{address}/refunds", data=REFUND)).status_code == 303
    mine = await operator.get(address)
    assert hook(mine, "data-refund") == "proposed"
    for list_ in ("/?env=sandbox", "/orders?env=sandbox&status=attention"):
        assert "data-attention=" not in (await operator.get(list_)).text, "nobody approves theirs"
        listed = await client.get(list_)
        assert hook(listed, "data-attention") == "refund-to-approve", list_
        assert hook(listed, "data-attention-count") == "1", list_
    refund = re.search(r'id="refund-(\w+)"', mine.text)
    assert refund
    approvals = f"{address}/refunds/{refund[1]}/approvals"
    assert (await operator.post(approvals, data={"shown": "x"})).status_code == 403
    assert 'name="shown"' not in mine.text
    # What the approver has not been shown is not approved.
    await operator.post(f"{address}/refunds/{refund[1]}", data=REFUND)
    for shown in ({}, {"shown": "0" * 64}):
        assert (await client.post(approvals, data=shown)).status_code == 409
    theirs = await client.get(address)
    answer = await client.post(approvals, data={"shown": hook(theirs, 'name="shown" value')})
    assert answer.status_code == 303
    page = await client.get(address)
    assert "data-attention=" not in (await client.get("/?env=sandbox")).text
    assert hook(page, "data-refund") == "approved"
    assert "Documented as paid out" in page.text
    assert hook(page, "data-refundable") == "600"


async def test_a_late_callback_reopens_a_closed_case_and_says_why(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_order(desk_app, "C1")
    address = await closed(client, order, "paid-no-callback")
    assert "data-attention=" not in (await client.get("/?env=sandbox")).text
    await client.post("/netcash/return", content=body("C1", Status.PAYSUCCESS))
    page = await client.get(address)
    assert hook(page, "data-case") == "open"
    assert "Something came about its orders after it was closed" in page.text
    assert "/callbacks/" in page.text
    for list_ in ("/?env=sandbox", "/orders?env=sandbox&status=attention"):
        listed = await client.get(list_)
        assert hook(listed, "data-attention") == "case-reopened", list_
        assert hook(listed, "data-attention-count") == "1", list_
    await client.post(f"{address}/notes", data={"Text": "Seen: the browser was slow"})
    assert "data-attention=" not in (await client.get("/?env=sandbox")).text


async def test_an_overdue_case_needs_attention(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    address = await opened(client, an_order(desk_app, "C1"))
    due = (now() - timedelta(days=2)).strftime("%Y-%m-%d")
    await client.post(f"{address}/assignments", data={"Assignee": ADMIN.email, "Due": due})
    listed = await client.get("/?env=sandbox")
    assert hook(listed, "data-attention") == "case-overdue"
    assert ADMIN.email in (await client.get("/cases")).text


async def test_a_note_links_the_orders_it_names_and_runs_nothing(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_order(desk_app, "C100")
    address = await opened(client, order)
    await client.post(f"{address}/notes", data={"Text": "<script>C100 x</script>"})
    page = await client.get(address)
    assert "<script>C100" not in page.text
    assert f'<a href="/orders/{order.id}"><code>C100</code></a>' in page.text


async def test_an_attachment_is_judged_by_its_content_and_only_downloaded(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    address = await opened(client, an_order(desk_app, "C1"))
    for name, content in [("a.html", PNG), ("../../画面.png", PNG), ("log.txt", b"a log")]:
        answer = await client.post(f"{address}/attachments", files={"file": (name, content)})
        assert answer.status_code == 303
    for content in (b"<svg onload=x>", b"<!DOCTYPE html><script>", b"PK\3\4\0", b""):
        answer = await client.post(f"{address}/attachments", files={"file": ("a.png", content)})
        assert answer.status_code == 422
        assert 'data-error-for="file"' in answer.text
    page = await client.get(address)
    names = re.findall(r'attachments/\w+" download>([^<]*)<', page.text)
    assert names == ["a.png", "画面.png", "log.txt"]
    file = re.search(r'href="(/cases/\w+/attachments/\w+)"', page.text)
    assert file
    got = await client.get(file[1])
    assert got.content == PNG
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["x-content-type-options"] == "nosniff"


async def test_of_an_image_a_small_picture_is_shown(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    address = await opened(client, an_order(desk_app, "C1"))
    image = BytesIO()
    Image.new("RGB", (640, 480), "red").save(image, "JPEG")
    for content in (image.getvalue(), PNG, b"a log"):
        await client.post(f"{address}/attachments", files={"file": ("a", content)})
    page = (await client.get(address)).text
    pictures = re.findall(r'src="(/cases/\w+/attachments/\w+/preview)"', page)
    assert len(pictures) == 1, "what is no image, or is broken, has none"
    got = await client.get(pictures[0])
    assert (got.status_code, got.headers["content-type"]) == (200, "image/png")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    files = re.findall(r'href="(/cases/\w+/attachments/\w+)"', page)
    without = [file for file in files if f"{file}/preview" not in pictures]
    for file in (*without, "/cases/x/attachments/y"):
        assert (await client.get(f"{file}/preview")).status_code == 404


async def test_the_checklist_knows_by_the_data(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    address = await opened(client, an_order(desk_app, "C1", "PAYSUCCESS", **PAID))
    page = (await client.get(address)).text
    assert 'data-check="confirmed" data-done="yes"' in page
    assert 'data-check="replied" data-done="no"' in page
    await client.post(f"{address}/replies", data={"Text": "Dear customer", "Language": "en"})
    assert 'data-check="replied" data-done="yes"' in (await client.get(address)).text


async def test_history_survives_closing_reopening_and_the_end_of_its_people(
    client: httpx.AsyncClient, operator: httpx.AsyncClient, desk_app: Starlette
) -> None:
    address = await closed(operator, an_order(desk_app, "C1"))
    assert (await client.post(f"{address}/notes", data={"Text": "late"})).status_code == 409
    assert (await client.post(f"{address}/reopenings", data={})).status_code == 422
    await client.post(f"{address}/reopenings", data={"Reason": "The customer called again"})
    page = (await client.get(address)).text
    for words in ("The case was opened", "The case was closed", "The customer called again"):
        assert words in page
    assert page.count("ogawa@example.jp") >= 3


async def test_a_viewer_reads_and_an_unknown_case_is_not_there(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    address = await opened(client, an_order(desk_app, "C1"))
    async with browser_for(desk_app, VIEWER) as viewer:
        assert (await viewer.get(address)).status_code == 200
        assert (await viewer.post(f"{address}/notes", data={"Text": "x"})).status_code == 403
    for unknown in ("/cases/x", "/cases/C-999999", "/cases/x/attachments/y"):
        assert (await client.get(unknown)).status_code == 404
    assert (await client.post("/cases/x/notes", data={"Text": "x"})).status_code == 404
    with desk_app.state.desk.database.reading() as session:
        number = session.get_one(Case, address.rsplit("/", 1)[-1]).name
    assert (await client.get(f"/cases/{number}")).status_code == 200


async def test_the_evidence_tells_everything_but_secrets_and_what_a_forger_lacks(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_order(desk_app, "C1")
    await client.post("/netcash/return", content=tampered("C1"))
    address = await opened(client, order, "tampering")
    report = await client.get(f"{address}/evidence")
    bundle = await client.get(f"{address}/bundle.json")
    assert report.status_code == bundle.status_code == 200
    computed = re.search(r"<dt>Computed</dt><dd><code>(.*?)</code>", await callback_page(client))
    assert computed
    right = re.sub(r"<.*?>", "", computed[1])
    assert len(right) == 32
    for text in (report.text, bundle.text):
        assert "tpass7xq" not in text
        assert right not in text
    assert "<button" not in report.text
    assert "C-000001" in (await client.get(f"{address}/evidence.css")).text
    key = (await visitor.get("/signing-key")).json()["public_key"]
    assert verify(bundle.content, [key]).fault == ""
    assert key in report.text


async def callback_page(client: httpx.AsyncClient) -> str:
    listed = await client.get("/callbacks?env=sandbox")
    address = re.search(r'href="(/callbacks/\w{32})"', listed.text)
    assert address
    return (await client.get(address[1])).text


async def test_refunds_add_up_by_month_and_means(
    client: httpx.AsyncClient, operator: httpx.AsyncClient, desk_app: Starlette
) -> None:
    address = await opened(operator, an_order(desk_app, "C1", "PAYSUCCESS", **PAID))
    await operator.post(f"{address}/refunds", data=REFUND | {"Reference": "=1+1"})
    sheet = await client.get(address)
    refund = re.search(r'id="refund-(\w{32})"', sheet.text)
    assert refund
    shown = {"shown": hook(sheet, 'name="shown" value')}
    await client.post(f"{address}/refunds/{refund[1]}/approvals", data=shown)
    assert "Bank transfer ¥400" in (await client.get("/cases/refunds?env=sandbox")).text
    file = await client.get("/cases/refunds.csv?env=sandbox")
    lines = file.content.decode("utf-8-sig").split("\r\n")
    assert len(lines) == 3
    assert ",C1,400,Bank transfer,'=1+1,C-000001,ogawa@example.jp,aoki@example.jp" in lines[1]


async def test_what_a_customer_is_told_follows_what_is_known(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_order(desk_app, "C1")
    address = await opened(client, order, "paid-no-callback")
    assert "Please do not pay again" in (await client.get(address)).text
    with desk_app.state.desk.database.writing() as session:
        paid = session.get_one(Order, order.id)
        paid.status, paid.confirmed_at, paid.said_amount = "PAYSUCCESS", now(), 1000
    page = (await client.get(address)).text
    assert "we received your payment of ¥1,000" in page
    assert "¥1,000 のお支払い" in page
    # An administrator's words come first; what cannot be filled in is refused.
    piece = {"name": "beginning", "Language": "en", "Text": "Hello {Nobody}"}
    assert (await client.post("/settings/replies", data=piece)).status_code == 422
    await client.post("/settings/replies", data=piece | {"Text": "Hello from {Shop}"})
    assert "Hello from " in (await client.get(address)).text
    assert (await client.get("/settings/replies")).status_code == 200
