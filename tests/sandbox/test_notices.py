"""Notices from server to server: when they come, what they say, when they come again."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.protocol.wire import decode_pairs, split_form
from tests.sandbox.merchant import SHOP, Merchant, serving
from tests.waiting import until


class Receiver(ThreadingHTTPServer):
    """A merchant's receiver of notices, which answers whatever the test wants it to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Notice)
        self.answer = "0"
        self.bodies: list[list[tuple[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/notify?x=1"

    def wait_for(self, number: int) -> list[list[tuple[str, str]]]:
        until(lambda: len(self.bodies) >= number)
        return self.bodies


class _Notice(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        assert self.path == "/notify?x=1"
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(decode_pairs(split_form(body)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.answer.encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        # It looks that often whether it shall end; by itself, only twice a second.
        threading.Thread(target=receiver.serve_forever, args=(0.01,), daemon=True).start()
        yield receiver
        receiver.shutdown()


@pytest.fixture
def noticed(receiver: Receiver) -> Iterator[Merchant]:
    """A merchant whose shop gets notices."""
    with serving(":memory:", late_seconds=0) as merchant:
        path = f"/shops/{SHOP['ShopID']}/notices"
        assert merchant.http.post(path, data={"notify_url": receiver.url}).status_code == 303
        yield merchant


def wait_until_received(merchant: Merchant, trade: dict[str, str]) -> None:
    def answered() -> bool:
        (notice,) = merchant.http.get(f"/api/trades/{trade['AccessID']}").json()["notices"]
        assert not notice["answer"] or notice["due_at"] is None
        return bool(notice["answer"])

    until(answered)


def forward(merchant: Merchant, minutes: int) -> None:
    merchant.http.post("/clock", data={"minutes": str(minutes)})


def test_a_notice_says_what_happened_and_masks_the_secrets(
    noticed: Merchant, receiver: Receiver
) -> None:
    trade, page = noticed.ended("-noticefirst")
    (pairs,) = receiver.wait_for(1)
    values = dict(pairs)
    assert (values["OrderID"], values["Status"]) == (trade["OrderID"], "PAYSUCCESS")
    assert values["TranDate"] == page.fields["TranDate"]
    assert {values["ShopPass"], values["AccessPass"]} == {"**********"}
    assert "CheckString" not in values
    assert [name for name, _ in pairs].count("CustID") == 2


def test_a_notice_nobody_has_received_comes_again_hourly_five_times(
    noticed: Merchant, receiver: Receiver
) -> None:
    receiver.answer = "1"
    noticed.ended("-noticefirst")
    assert len(receiver.wait_for(1)) == 1
    for number in range(2, 7):
        forward(noticed, 61)
        assert len(receiver.wait_for(number)) == number
    forward(noticed, 61)
    time.sleep(0.7)
    assert len(receiver.bodies) == 6


def test_a_received_notice_is_not_sent_again(noticed: Merchant, receiver: Receiver) -> None:
    trade, _ = noticed.ended("-noticefirst")
    receiver.wait_for(1)
    wait_until_received(noticed, trade)
    forward(noticed, 61)
    time.sleep(0.7)
    assert len(receiver.bodies) == 1


def test_an_expiry_is_noticed_though_nobody_asks(noticed: Merchant, receiver: Receiver) -> None:
    noticed.executed()
    forward(noticed, 62)
    (pairs,) = receiver.wait_for(1)
    assert dict(pairs)["Status"] == "EXPIRED"


def test_without_an_address_there_are_no_notices(merchant: Merchant) -> None:
    trade, _ = merchant.ended("-noticefirst")
    assert "data-notice" not in merchant.http.get(f"/trades/{trade['AccessID']}").text


def test_notices_go_on_after_the_store_has_failed(
    receiver: Receiver, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = tmp_path / "sandbox.db"
    with serving(store, late_seconds=0) as merchant, closing(sqlite3.connect(store)) as intruder:
        path = f"/shops/{SHOP['ShopID']}/notices"
        merchant.http.post(path, data={"notify_url": receiver.url})
        merchant.ended("-noticefirst")
        receiver.wait_for(1)
        intruder.execute("alter table notice rename to gone")
        until(lambda: "no notifications are sent" in caplog.text)
        intruder.execute("alter table gone rename to notice")
        merchant.ended("-noticefirst")
        assert len(receiver.wait_for(2)) == 2
