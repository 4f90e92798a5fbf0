"""The orders list beside a hand-written page of the same weight, and bytes on the wire."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from app.settings import Settings
from tests.bench import programs
from tests.bench.measurement import Measurement, at_most, plain, within
from tests.bench.programs import first_answer, running
from tests.chromium import find
from tests.postgresql import free_port

ORDERS = 5000
ROUNDS = 120
FIRST_LOAD_LIMIT = 100_000
SECOND_LOAD_LIMIT = 15_000


def measure() -> Iterator[Measurement]:
    """A desk with a history, asked over loopback and looked at with a real browser."""
    with TemporaryDirectory() as folder:
        _write_history(Path(folder))
        with programs.desk(Path(folder)) as port:
            yield from _orders_list(port, Path(folder))
            yield from _bytes_on_the_wire(port)


def _write_history(folder: Path) -> None:
    from app.demo import write_history

    write_history(Settings(_env_file=None, data_dir=folder), ORDERS)  # type: ignore[call-arg]


def _orders_list(desk: int, folder: Path) -> Iterator[Measurement]:
    client = programs.signed_in(desk)
    body = client.get("/orders").text
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.floor_list", str(port), str(folder / "desk.db")]
    with running([*command, str(len(body.encode()))], dict(os.environ)):
        first_answer(port, "/orders")
        floor = httpx.Client(base_url=f"http://127.0.0.1:{port}")
        ours, theirs = _take_turns(lambda: client.get("/orders"), lambda: floor.get("/orders"))
    yield plain("orders list, a hand-written page of the same weight", theirs * 1000, "ms")
    yield at_most("orders list", ours * 1000, "ms", 2, theirs * 1000)


def _take_turns(*requests: Callable[[], httpx.Response]) -> list[float]:
    """The median seconds of each request, asked in turns."""
    seconds: list[list[float]] = [[] for _ in requests]
    for _ in range(ROUNDS):
        for request, durations in zip(requests, seconds, strict=True):
            began = time.perf_counter()
            request().raise_for_status()
            durations.append(time.perf_counter() - began)
    return [median(durations) for durations in seconds]


def _bytes_on_the_wire(desk: int) -> Iterator[Measurement]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find(), args=arguments)
        first, second = _two_loads(browser, desk)
        browser.close()
    yield within("a first page load", first, "bytes", FIRST_LOAD_LIMIT)
    yield within("a second page load", second, "bytes", SECOND_LOAD_LIMIT)


def _two_loads(browser: Browser, desk: int) -> tuple[int, int]:
    """What the orders list costs a browser that has nothing, and one that has been here."""
    signed_in = programs.signed_in(desk)
    address = str(signed_in.base_url)
    context = browser.new_context(base_url=address)
    context.add_cookies(
        [
            {"name": name, "value": value, "url": address}
            for name, value in signed_in.cookies.items()
        ]
    )
    page = context.new_page()
    return _load(page), _load(page)


def _load(page: Page) -> int:
    """Load the list and add up every byte that came over the wire, headers too."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto("/orders", wait_until="networkidle")
    session.detach()
    return int(sum(sizes))
