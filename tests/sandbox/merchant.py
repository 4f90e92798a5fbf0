"""A merchant's server and its customer, over HTTP; and raw bytes where the bytes are the point."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal

import httpx
import uvicorn

from app.protocol.messages import Call
from app.protocol.wire import encode_form, split_answer
from app.sandbox.app import create_sandbox
from tests.plain import plain_client

SHOP = {"ShopID": "tshop00000001", "ShopPass": "tpass7xq"}
RET_URL = "https://shop.example/return?from=gateway"
_numbers = count(1)


@dataclass(frozen=True)
class Page:
    """What the customer's browser shows."""

    status: int
    text: str
    headers: httpx.Headers

    @property
    def fields(self) -> dict[str, str]:
        """What the page's form holds, without its buttons."""
        return dict(re.findall(r'<input[^>]* name="(\w+)" value="([^"]*)"', self.text))

    @property
    def results(self) -> int:
        """How many forms bring a result to RetURL."""
        return self.text.count("data-deliver")

    @property
    def code(self) -> str | None:
        """The NC1 code of an error page."""
        found = re.search(r'data-code="(\w+)"', self.text)
        return found.group(1) if found else None


class Merchant:
    """Calls the gateway as a shop's server does, and acts as its customer."""

    def __init__(
        self, port: int, prefix: str = "", stop: Callable[[], None] = lambda: None
    ) -> None:
        self.port = port
        self.stop = stop
        self.http = plain_client(f"http://127.0.0.1:{port}{prefix}")

    def close(self) -> None:
        self.http.close()

    def order_id(self, suffix: str = "") -> str:
        """An OrderID that no other test uses."""
        return f"T{next(_numbers)}{suffix}"

    def call(self, call: Call, **values: str) -> dict[str, str]:
        """The parsed answer to a call with these values and the shop's own."""
        response = self.post(call, **values)
        assert response.status_code == 200
        return split_answer(response.content)

    def post(self, call: Call, **values: str) -> httpx.Response:
        body = encode_form((SHOP | values).items())
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.http.post(call.path, content=body, headers=headers)

    def enter(self, suffix: str = "", **values: str) -> dict[str, str]:
        """EntryTran of a new order; what ExecTran needs of its answer."""
        order = {"OrderID": self.order_id(suffix), "Amount": "1000"} | values
        answer = self.call(Call.ENTRY, **order)
        return {
            "OrderID": order["OrderID"],
            "AccessID": answer["accessid"],
            "AccessPass": answer["accesspass"],
        }

    def execution(self, trade: dict[str, str], **values: str) -> dict[str, str]:
        """The values of an ExecTran call."""
        return trade | {"RetURL": RET_URL, "NetCashPayType": "NETCASH"} | values

    def executed(self, suffix: str = "", **values: str) -> dict[str, str]:
        """An executed trade: its OrderID, AccessID, AccessPass and Token."""
        trade = self.enter(suffix)
        answer = self.call(Call.EXEC, **self.execution(trade, **values))
        return trade | {"Token": answer["token"]}

    def status(self, trade: dict[str, str]) -> str:
        answer = self.call(Call.SEARCH, OrderID=trade["OrderID"], PayType="16")
        return answer.get("status") or answer["errinfo"]

    def start(self, trade: dict[str, str]) -> Page:
        """The customer's browser goes to the payment page."""
        return self._page(Call.START.path, AccessID=trade["AccessID"], Token=trade["Token"])

    def press(self, page: Page, action: str) -> Page:
        """The customer presses a button of the payment page."""
        address = re.findall(r'<form method="post" action="([^"]*)"', page.text)[0]
        return self._page(address, **page.fields, action=action)

    def ended(self, suffix: str, action: str = "pay") -> tuple[dict[str, str], Page]:
        """A trade whose customer has started and pressed a button, and the page that followed."""
        trade = self.executed(suffix)
        return trade, self.press(self.start(trade), action)

    def _page(self, address: str, **values: str) -> Page:
        response = self.http.post(address, data=values)
        return Page(response.status_code, response.text, response.headers)

    def raw(self, request: bytes) -> bytes:
        """Everything that comes back for these bytes until the gateway closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def raw_post(
        self,
        call: Call,
        body: bytes,
        content_type: bytes = b"application/x-www-form-urlencoded",
    ) -> bytes:
        """The raw answer, head and body, to a POST of these very bytes."""
        head = (
            f"POST {call.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\nContent-Type: "
        ).encode()
        return self.raw(head + content_type + b"\r\n\r\n" + body)


@contextmanager
def serving(store: Path | Literal[":memory:"], *, late_seconds: float) -> Iterator[Merchant]:
    """A merchant of a sandbox that runs alone, under uvicorn in a thread of its own."""
    app = create_sandbox(store, base_url=None, late_seconds=late_seconds)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)

    def stop() -> None:
        """Tell the server to end, as a signal would."""
        app.state.stopping.set()
        server.should_exit = True

    merchant = Merchant(listener.getsockname()[1], stop=stop)
    try:
        yield merchant
    finally:
        merchant.close()
        stop()
        thread.join(10)
