"""The model of the gateway on a socket: it knows what is truly paid, and what has reached it."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from app.protocol.calls import Call
from app.protocol.wire import FORM_TYPE
from tests.model.gateway import Gateway, Result


class GatewayOnASocket(ThreadingHTTPServer):
    """One gateway for every process that asks. Each request and each payment comes by itself."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.knows = Gateway(lambda: datetime.now(UTC), f"{self.url}{Call.START.path}")
        self._one_at_a_time = threading.Lock()

    def answer(self, path: str, body: bytes) -> bytes:
        """What the gateway says to one request."""
        call = next(call for call in Call if call.path == path)
        with self._one_at_a_time:
            return self.knows.answer(call, body)

    def somebody_pays(self, dice: random.Random) -> Result | None:
        """A customer pays one of the trades that can be paid; None where there is none."""
        with self._one_at_a_time:
            trades = self.knows.payable()
            return self.knows.pay(dice.choice(trades).token or "") if trades else None


class _Handler(BaseHTTPRequestHandler):
    server: GatewayOnASocket
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        answer = self.server.answer(self.path, body)
        self.send_response(200)
        self.send_header("content-type", FORM_TYPE)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def listening_gateway() -> Iterator[GatewayOnASocket]:
    """A gateway for the length of a block."""
    gateway = GatewayOnASocket()
    thread = threading.Thread(target=gateway.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.shutdown()
        gateway.server_close()
        thread.join()
