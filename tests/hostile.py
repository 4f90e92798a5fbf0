"""A desk whose every outsider is hostile: markup in whatever somebody else can make it keep."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from PIL import Image
from sqlmodel import select

from app.clock import now
from app.protocol.checkstring import compute
from app.protocol.statuses import Status
from app.protocol.wire import encode_form
from app.records.accounts import User
from app.records.orders import Order
from app.records.passkeys import Passkey
from tests.cast import OPERATOR
from tests.conftest import Served
from tests.plain import post
from tests.walk import PASSWORD, SHOP, Operator, bring_result, visit

AT = "20261124140322"
MARK = "data-attack"
"""No page of ours has an element with this attribute: where one has, markup was let through."""

ATTACK = (
    f"'\"></title></textarea></script><img src=x {MARK} onerror=\"document.title='owned'\">"
    f"<svg {MARK} onload=\"document.title='owned'\"><a {MARK} href=javascript:alert(1)>{{{{7*7}}}}"
)
SHORT = f"<img {MARK}>"
CELL = f'=HYPERLINK("http://evil.example")<i {MARK}>'
RECEIVERS = ("/netcash/return", f"/netcash/notify?{ATTACK}", f"/netcash/return?a={ATTACK}")
SHOP_OF_TEST = {"ShopID": "tshop00000088", "ShopPass": "zq9Xw4#k", "environment": "test"}

ANSWERS: Mapping[str, Mapping[str, str]] = {
    "EntryTranNetcash": {"OrderID": ATTACK, "AccessID": ATTACK, "AccessPass": ATTACK},
    "ExecTranNetcash": {"ErrCode": ATTACK, "ErrInfo": f"{ATTACK}|{SHORT}", ATTACK: ATTACK},
    "SearchTradeMulti": {
        "Status": "PAYSUCCESS",
        "ProcessDate": ATTACK,
        "AccessID": ATTACK,
        "AccessPass": "b" * 32,
        "Amount": ATTACK,
        "Tax": "0",
        "Currency": SHORT,
        "ClientField1": ATTACK,
        "PayType": SHORT,
    },
}
"""What the hostile gateway answers to each call."""


class _Gateway(BaseHTTPRequestHandler):
    def do_POST(self) -> None:  # the library's name
        self.rfile.read(int(self.headers["Content-Length"]))
        call = self.path.rpartition("/")[2].removesuffix(".idPass")
        said = encode_form(ANSWERS[call].items())
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.send_header("X-Attack", ATTACK.replace("\n", ""))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: Any) -> None:
        """It says nothing."""


@contextmanager
def hostile_gateway() -> Iterator[str]:
    """The address of a gateway that answers markup."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def beset(served: Served) -> Iterator[Operator]:
    """Everybody has sent what they could: what an administrator sees of it."""
    with hostile_gateway() as gateway, closing(served.client()) as client:
        operator = Operator(client)
        strangers(served.url)
        orders(served, operator)
        a_hostile_gateways_shop(operator, gateway)
        books(client)
        people(served, operator)
        cases(served, operator)
        yield operator


def strangers(url: str) -> None:
    """Whoever can reach the port."""
    headers = {"User-Agent": ATTACK, "Referer": SHORT, "X-Forwarded-For": SHORT, "X-A": ATTACK}
    signed = {
        "ShopID": SHOP,
        "OrderID": "H-1",
        "Status": "PAYSUCCESS",
        "TranDate": AT,
    }
    right = compute(**signed, ShopPass=PASSWORD)
    results: list[Mapping[str, str]] = [
        dict.fromkeys((*signed, "CheckString", "ErrCode", "ErrInfo", ATTACK), ATTACK),
        signed | {"CheckString": right, "ErrCode": ATTACK, "ErrInfo": f"{ATTACK}|A", ATTACK: "x"},
        signed | {"CheckString": SHORT, "OrderID": "H-2"},
        signed | {"CheckString": "0" * 32, "OrderID": SHORT},
        signed | {"ShopID": SHORT, "CheckString": "0" * 32},
    ]
    results += [signed | {"CheckString": "0" * 32, name: ATTACK} for name in signed]
    for one in results:
        for path in RECEIVERS:
            sent = post(url + path, content=encode_form(one.items()), headers=headers)
            assert sent.status_code < 500
    merchant = {"ShopID": SHOP, "ShopPass": PASSWORD, "Amount": "100", "ClientField1": ATTACK}
    for name in ("EntryTranNetcash", "ExecTranNetcash", "SearchTradeMulti"):
        for more in ({"OrderID": "H-3", "Version": ATTACK}, {"OrderID": ATTACK, ATTACK: ATTACK}):
            body = encode_form((merchant | more).items())
            post(f"{url}/sandbox/payment/{name}.idPass", content=body, headers=headers)
    # Enough to be noticed as a burst.
    for _ in range(25):
        post(f"{url}/login", data={"email": f"{SHORT}@x", "password": ATTACK}, headers=headers)


def orders(served: Served, operator: Operator) -> None:
    """Orders in every state, two of one family paid, with a customer's words in them."""
    for suffix, button in (("", "pay"), ("-tamper", "pay"), ("-twice", "cancel")):
        visit(served.url, operator.launch(operator.create(suffix)), button)
    for suffix in ("-drop", "-garbled", "-refuse"):
        operator.act(operator.create(suffix), "lookups")
    for number in ("HF1", "HF1-1"):
        operator.create(OrderID=number, action="register")
        bring_result(served.url, number, Status.PAYSUCCESS, ErrInfo=ATTACK)
    # Our own form takes no such words; an earlier version, or a book, may have.
    with served.app.state.desk.database.writing() as session:
        for order in session.exec(select(Order)):
            order.client_field1 = order.client_field2 = order.client_field3 = SHORT


def a_hostile_gateways_shop(operator: Operator, gateway: str) -> None:
    """A shop of test whose gateway answers markup."""
    shop = SHOP_OF_TEST | {"name": SHORT, "gateway_url": gateway}
    made = operator.client.post("/settings/shops", data=shop)
    assert made.status_code == 303
    operator.client.post(f"{made.headers['location'].partition('?')[0]}/connections")
    order = operator.create(env="test")
    for deed in ("executions", "lookups"):
        operator.act(order, deed, Reason=ATTACK)


def books(client: httpx.Client) -> None:
    """Lists that somebody else has written: headings, cells, and names of files."""
    lines = (f"OrderID,Amount,{CELL}", f"H-1,100,{CELL}", f"{SHORT},100,x", f"{CELL},1,2")
    book = "\n".join(lines).encode()
    named = {"file": (f"{SHORT}.csv", book), "screen": (f"{SHORT}.csv", book)}
    began = client.post("/lookups/batches", data={"env": "sandbox", "Reason": ATTACK}, files=named)
    assert began.status_code == 303
    client.post(f"{began.headers['location']}/starts")
    log = f"ShopID={SHORT}&OrderID={SHORT}&Status={SHORT}&TranDate=1&CheckString={'0' * 32}\n"
    read = client.post("/imports", files={"file": (f"{ATTACK}.log", log.encode())})
    assert read.status_code == 303
    taken = {"file": ("b.csv", book)}
    assert client.post("/imports/book", data={"ShopID": SHOP}, files=taken).status_code < 500
    token = client.post("/settings/tokens", data={"name": SHORT, "scope": "intake"}).text
    secret = token.partition('data-token="')[2].partition('"')[0]
    headers = {
        "Authorization": f"Bearer {secret}",
        "X-Remote-Address": SHORT,
        "X-Received-At": SHORT,
    }
    client.post("/netcash/copies", content=f"OrderID={SHORT}&{SHORT}={SHORT}", headers=headers)


def people(served: Served, operator: Operator) -> None:
    """What colleagues call themselves and their things."""
    client = operator.client
    client.post("/settings/users", data={"email": f"{SHORT.replace(' ', '/')}@x", "role": "viewer"})
    client.post("/views", data={"List": "orders", "Query": "q=1", "Name": SHORT, "Shared": "1"})
    channel = {"kind": "email", "name": SHORT, "address": "a@example.jp"}
    client.post("/settings/notifications", data=channel)
    with served.app.state.desk.database.writing() as session:
        for user in session.exec(select(User)):
            session.add(
                Passkey(
                    user_key=user.id,
                    name=SHORT,
                    credential_id=user.id,
                    public_key=b"x",
                    created_at=now(),
                )
            )
    with closing(served.client(OPERATOR)) as other:
        other.headers["User-Agent"] = ATTACK
        other.get("/audit")
        other.get("/orders?q=" + ATTACK)


def cases(served: Served, operator: Operator) -> None:
    """An investigation full of what others have written."""
    with served.app.state.desk.database.reading() as session:
        named = session.exec(select(Order.order_id).limit(3)).all()
    fields = {"kind": "double-payment", "OrderID": named[0], "Subject": SHORT}
    made = operator.client.post("/cases", data=fields)
    case = made.headers["location"].partition("#")[0]
    for noun, typed in {
        "notes": {"Text": ATTACK},
        "replies": {"Text": ATTACK, "Language": "en"},
        "refunds": {"Amount": "1", "Means": SHORT, "Reference": SHORT, "Order": named[0]},
        "orders": {"OrderID": SHORT},
    }.items():
        assert operator.act(case, noun, **typed).status_code < 500, noun
    picture = io.BytesIO()
    Image.new("RGB", (400, 300)).save(picture, "PNG")
    polyglot = picture.getvalue() + ATTACK.encode()
    for name, content in ((f"{SHORT}.html", polyglot), (f"{SHORT}.txt", SHORT.encode())):
        kept = operator.client.post(f"{case}/attachments", files={"file": (name, content)})
        assert kept.status_code == 303
