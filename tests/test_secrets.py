"""No page, no line of the log and no file of the dashboard holds a secret in clear.

The launch page is the exception: it alone carries a Token. So is the sandbox's own store.
"""

from __future__ import annotations

import base64
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.cast import PASSWORD
from tests.postgresql import free_port
from tests.processes import DeskProcess, Process, desk_process
from tests.reading import Shown
from tests.walk import Operator, crawl, visit

SHOP, SHOP_PASS = "tshop00000077", "zq9Xw4#k"
BUILT_IN_PASS = "tpass7xq"
LINE = re.compile(
    r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (?:INFO|WARNING) app\.[a-z_.]+ ([0-9a-f]{8}|-) \w"
)
GUIDE = ("/sandbox/guide", "/sandbox/readiness")
"""Where the built-in sandbox's password may be read, and what leads there; nowhere else."""


@dataclass
class Aftermath:
    """What is left of a whole flow: every page an operator can reach, the log, the files."""

    secrets: dict[str, str]
    pages: dict[str, str] = field(default_factory=dict)
    log: str = ""
    files: dict[str, bytes] = field(default_factory=dict)


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    folder = tmp_path_factory.mktemp("secrets")
    stores = [folder / "sandbox.db", folder / "alone.db"]
    port = free_port()
    alone = Process(folder, "sandbox", "--port", str(port), "--store", str(stores[1]))
    try:
        with desk_process(folder, GATEWAY_SETTLE=0) as desk:
            alone.wait_for("The sandbox gateway is at")
            add_shop(stores[1])
            left = walk(desk, f"http://127.0.0.1:{port}")
            desk.stop()
    finally:
        alone.stop()
    left.log = "".join(desk.lines)
    left.files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not any(path.name.startswith(store.name) for store in stores)
    }
    left.secrets |= {f"{name} {n}": value for store in stores for name, n, value in held_by(store)}
    return left


def test_the_walk_has_seen_what_it_is_about(aftermath: Aftermath) -> None:
    kinds = {name.split()[0] for name in aftermath.secrets}
    assert kinds == {"ShopPass", "AccessPass", "Token", "cookie", "launch", "password"}
    assert len(aftermath.secrets) > 20
    assert len(aftermath.pages) > 40
    assert {"desk.db", "secret.key"} <= aftermath.files.keys()
    assert any("ShopPass=••" in page for page in aftermath.pages.values())
    assert any("AccessPass=••" in page for page in aftermath.pages.values())
    assert any("Token=••" in page for page in aftermath.pages.values())


def test_no_page_holds_a_secret(aftermath: Aftermath) -> None:
    # A payment link is shown to the operator who made it: it is there to be given to a customer.
    found = [
        (address, name)
        for address, page in aftermath.pages.items()
        for name in found_in(page.encode(), aftermath.secrets)
        if not name.startswith("launch")
        if address not in GUIDE or name != "ShopPass built in"
    ]
    assert found == []


def test_no_line_of_the_log_holds_a_secret(aftermath: Aftermath) -> None:
    assert found_in(aftermath.log.encode(), aftermath.secrets) == []


def test_every_line_of_the_log_says_when_and_what_a_gateway_does_on_purpose_is_no_fault(
    aftermath: Aftermath,
) -> None:
    lines = aftermath.log.splitlines()
    ready = next(line for line in lines if line.startswith("NET CASH Desk is at"))
    lines.remove(ready)
    assert any("gateway call ExecTranNetcash of order" in line for line in lines)
    assert [line for line in lines if not LINE.match(line)] == []


def test_no_file_holds_a_secret(aftermath: Aftermath) -> None:
    for name, content in aftermath.files.items():
        assert found_in(content, aftermath.secrets) == [], name


def add_shop(store: Path) -> None:
    """Register a shop with a password of its own at the sandbox that stands alone."""
    with closing(sqlite3.connect(store)) as connection, connection:
        columns = [row[1] for row in connection.execute("pragma table_info(shop)")]
        copied = ", ".join(
            {"ShopID": f"'{SHOP}'", "ShopPass": f"'{SHOP_PASS}'"}.get(name, name)
            for name in columns
        )
        connection.execute(f"insert into shop select {copied} from shop limit 1")


def held_by(store: Path) -> Iterator[tuple[str, int, str]]:
    """Every AccessPass and Token that the gateway has given out."""
    with closing(sqlite3.connect(store)) as connection:
        rows = connection.execute("select id, AccessPass, Token from trade").fetchall()
    for number, access_pass, token in rows:
        yield f"AccessPass {store.stem}", number, access_pass
        if token:
            yield f"Token {store.stem}", number, token


def walk(desk: DeskProcess, gateway: str) -> Aftermath:
    """Everything that may happen to a payment, in both environments, then every page."""
    with desk.client() as client:
        left = Aftermath({"ShopPass": SHOP_PASS, "password": PASSWORD})
        left.secrets["ShopPass built in"] = BUILT_IN_PASS
        left.secrets["cookie"] = client.cookies["desk_session"]
        operator = Operator(client)
        shop = {"environment": "test", "ShopID": SHOP, "ShopPass": SHOP_PASS, "name": "Ours"}
        added = client.post("/settings/shops", data=shop | {"gateway_url": gateway})
        assert added.status_code == 303, Shown(added).all("data-error-for")
        for environment in ("sandbox", "test"):
            links = payments(desk.url, operator, environment)
            left.secrets |= {f"launch {environment} {n}": key for n, key in enumerate(links)}
        time.sleep(1.5)  # for what the desk looks up by itself
        left.pages = {address: answer.text for address, answer in crawl(operator)}
        return left


def payments(url: str, operator: Operator, environment: str) -> Iterator[str]:
    """Pay, cancel, tamper, fail, recover; yields the key of each payment link."""
    for suffix, button in (("", "pay"), ("", "cancel"), ("-tamper", "pay"), ("-twice", "pay")):
        order = operator.create(suffix, env=environment)
        link = operator.launch(order)
        yield link.rpartition("/")[2]
        visit(url, link, button)
    for suffix in ("-drop", "-garbled", "-http500", "-refuse"):
        order = operator.create(suffix, env=environment)
        operator.wait_for(order, exchanges=operator.see(order).exchanges)
        operator.act(order, "lookups")


def found_in(content: bytes, secrets: dict[str, str]) -> list[str]:
    """The names of the secrets that stand there, however they are written."""
    return [
        name for name, secret in secrets.items() if any(form in content for form in forms(secret))
    ]


def forms(secret: str) -> set[bytes]:
    raw = secret.encode()
    escaped = {quote(secret, safe="").encode(), quote_plus(secret).encode(), raw}
    return escaped | {secret.encode("utf-16-le"), raw.hex().encode(), base64.b64encode(raw)[:-4]}
