"""A customer comes back to the shop through the desk, in a real browser, with all they brought."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser
from sqlmodel import col, select

from app.clock import now
from app.protocol.checkstring import signed_result
from app.protocol.statuses import Status
from app.records.callbacks import Callback
from app.records.shops import Shop
from tests.conftest import Served
from tests.desk.callbacks.cast import PASSWORD, SHOP

FORM = """<form method=post accept-charset=windows-31j action="{action}">{fields}</form>
<script>document.forms[0].submit()</script>"""


class TheShop:
    """The merchant's own site: it takes what a browser brings, and thanks. With a certificate it
    does so over https."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.came: list[tuple[str, bytes]] = []
        shop = self

        class Takes(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                shop.came.append((self.path, self.rfile.read(length)))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"<h1>Thank you</h1>")

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
        if certificate:
            secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            secure.load_cert_chain(certificate)
            self.server.socket = secure.wrap_socket(self.server.socket, server_side=True)
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_port}/cart/return?lang=ja"


@pytest.fixture(params=["http", pytest.param("https", marks=pytest.mark.soak)])
def the_shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TheShop]:
    shop = TheShop(a_certificate(tmp_path) if request.param == "https" else None)
    thread = threading.Thread(target=shop.server.serve_forever)
    thread.start()
    yield shop
    shop.server.shutdown()
    thread.join()
    shop.server.server_close()


def a_certificate(folder: Path) -> Path:
    """A key, and a certificate that it has signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    day = timedelta(days=1)
    unsigned = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    unsigned = unsigned.not_valid_before(now() - day).not_valid_after(now() + day)
    signed = unsigned.sign(key, SHA256())
    plain = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "shop.pem"
    path.write_bytes(key.private_bytes(*plain) + signed.public_bytes(Encoding.PEM))
    return path


def result(OrderID: str, status: Status, **more: str) -> dict[str, str]:
    signed = signed_result(SHOP, OrderID, status, "20261124140322", PASSWORD)
    return dict(signed.pairs()) | more


RESULTS = [
    result("A1001", Status.PAYSUCCESS),
    result("A1002", Status.PAYFAIL, ErrCode="NC1|NC2", ErrInfo="NC1000001|NC2000001"),
    result("A1003", Status.PAYFAIL, ErrInfo="〜−①ほげポ掛 +%&=;"),
]


def test_what_a_browser_brings_reaches_the_shop_byte_for_byte(
    browser: Browser, served: Served, the_shop: TheShop
) -> None:
    page = browser.new_page(ignore_https_errors=True)
    with served.app.state.desk.database.reading() as session:
        key = session.exec(select(Shop.id)).one()
    with closing(served.client()) as client:
        client.post(f"/settings/shops/{key}", data={"HandOnTo": the_shop.url})
        shown = client.get(f"/settings/shops/{key}").text
    found = re.search(r'data-hand-on="([^"]+)"', shown)
    assert found
    for fields in RESULTS:
        inputs = "".join(
            f'<input type=hidden name={name} value="{value.replace("&", "&amp;")}">'
            for name, value in fields.items()
        )
        page.set_content(FORM.format(action=f"{found[1]}?order={fields['OrderID']}", fields=inputs))
        page.wait_for_url(f"{the_shop.url}&order={fields['OrderID']}")
        assert page.inner_text("h1") == "Thank you"
    page.close()
    with served.app.state.desk.database.reading() as session:
        kept = session.exec(select(Callback.body).order_by(col(Callback.id))).all()
    assert [raw for _, raw in the_shop.came] == list(kept)
    assert [path for path, _ in the_shop.came] == [
        f"/cart/return?lang=ja&order={fields['OrderID']}" for fields in RESULTS
    ]
