"""A shop in PHP that no part of the desk knows: its server, its files, its gateway, its mailbox.

It speaks to the gateway with the gateway vendor's published PHP module where that is at hand. The
module is not ours to pass on: VENDOR_MODULE names the folder that holds its `com/`.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from app.sandbox.store.shops import add_shop
from tests.plain import get, post
from tests.postgresql import free_port
from tests.processes import Process
from tests.waiting import GIVEN_UP_AFTER

HERE = Path(__file__).parent
VENDOR_MODULE = "VENDOR_MODULE"

CALLS = {
    "EntryTranNetcash": "EntryTranNetcash",
    "ExecTranNetcash": "ExecTranNetcash",
    "NetcashStart": "NetCashStart",
    "SearchTradeMulti": "SearchTradeMulti",
}
"""What the module calls a call, and what its address does."""


class Gateway(NamedTuple):
    """The sandbox in a process of its own, and a shop that it knows."""

    url: str
    ShopID: str
    ShopPass: str


@contextmanager
def a_gateway(folder: Path) -> Iterator[Gateway]:
    """The gateway, with a shop of its own for this journey."""
    port, store = free_port(), folder / "gateway.db"
    process = Process(folder, "sandbox", "--port", str(port), "--store", str(store))
    try:
        process.wait_for("The sandbox gateway is at")
        with closing(sqlite3.connect(store)) as connection, connection:
            shop = add_shop(connection, "小さな店")
        yield Gateway(f"http://127.0.0.1:{port}", shop.ShopID, shop.ShopPass)
    finally:
        process.stop()


def needs_php(*, vendor: bool) -> None:
    """Skip, in a sentence, where this machine cannot run the shop."""
    php = shutil.which("php")
    modules = (
        subprocess.run([php, "-m"], capture_output=True, text=True, check=True) if php else None
    )
    if modules is None or not {"curl", "mbstring"} <= {*modules.stdout.split()}:
        pytest.skip("The shop needs PHP with curl and mbstring, which are not on this machine.")
    if vendor and not os.environ.get(VENDOR_MODULE):
        pytest.skip(f"The vendor's PHP module is not here: {VENDOR_MODULE} names its folder.")


class Shop:
    """The shop: `url` is where its customers find it, `folder` where it keeps its files."""

    def __init__(self, folder: Path, gateway: Gateway, *, vendor: bool) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        self._command = ["php", "-d", "display_errors=0", "-d", "date.timezone=Asia/Tokyo"]
        self._command += ["-S", f"127.0.0.1:{port}", str(HERE / "site.php")]
        self._environment = {
            "PATH": os.environ["PATH"],
            "SHOP_CLIENT": str(HERE / ("vendor_client.php" if vendor else "plain_client.php")),
            "SHOP_STATE": str(folder),
            "SHOP_MODULE": os.environ.get(VENDOR_MODULE, ""),
            "SHOP_GATEWAY": gateway.url,
            "SHOP_ID": gateway.ShopID,
            "SHOP_PASS": gateway.ShopPass,
        }
        addresses = [f"{key}={gateway.url}/payment/{call}.idPass" for key, call in CALLS.items()]
        self._write("conf/connector.properties", "\n".join(addresses))
        self._write("conf/log.properties", f"level=ERROR\nfileName={folder}/module.log\ntype=FILE")

    @contextmanager
    def opened(self, *, copying: str, key: str, return_to: str) -> Iterator[None]:
        """It sells. `copying`: the lines for a copy and `key` what they show, as the desk gave
        them; `return_to`: the address that stands in for its RetURL."""
        self._write("copy.php", copying)
        told = {"NETCASH_DESK_KEY": key, "SHOP_RETURN": return_to}
        with (self.folder / "php.log").open("wb") as output:
            server = subprocess.Popen(
                self._command, env=self._environment | told, stdout=output, stderr=output
            )
        try:
            self._wait_until_open()
            yield
        finally:
            server.terminate()
            server.wait(GIVEN_UP_AFTER)

    @property
    def log(self) -> Path:
        """Its access log."""
        return self.folder / "access.log"

    def order_list(self) -> bytes:
        """What its owner would open in a spreadsheet."""
        return get(f"{self.url}/orders.csv").content

    def asks_gateway(self, order_id: str) -> None:
        """Its clerk asks about an order, and writes the answer into its book."""
        answer = post(f"{self.url}/orders/checks", data={"OrderID": order_id})
        assert answer.is_success, answer.text

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")

    def _wait_until_open(self) -> None:
        deadline = time.monotonic() + GIVEN_UP_AFTER
        while True:
            try:
                get(self.url)
            except httpx.ConnectError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return
