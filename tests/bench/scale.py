"""Every page of a desk with a hundred thousand orders and with a million, beside one with a
thousand.

Each has five exchanges and 1.2 results an order, and its search knows every order. Writing a
million takes a while: the histories stay under DATA_DIR and are taken up again by the next run.
`BENCH_SIZES=1000,100000` asks for others.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path
from statistics import quantiles

import httpx

from app.demo import write_history
from app.records.database import Database
from app.records.encryption import set_key
from app.records.order_search import file_waiting
from app.settings import Settings, load_settings
from tests.bench import programs
from tests.bench.measurement import Measurement, at_most, plain

SIZES = "1000,100000,1000000"
ROUNDS = 20
LIMIT = 1.3
"""How many times as long a page may take as with the fewest orders."""

SECRET = "a key for the bench alone, long enough"
FILED_AT_ONCE = 2_000

Ask = Callable[[httpx.Client], httpx.Response]

PAGES = {
    "overview": "/",
    "orders": "/orders",
    "orders that need somebody": "/orders?status=attention",
    "orders by status": "/orders?status=PAYFAIL",
    "orders of a day": "/orders?from=2026-11-20&to=2026-11-20",
    "orders, largest amount first": "/orders?sort=-amount",
    "search: a number": "/orders?q=A1100",
    "search: the end of a number": "/orders?q=1100",
    "search: a name": "/orders?q=高橋",
    "search: nothing": "/orders?q=zzzz",
    "palette": "/palette?q=A1100",
    "outcomes": "/outcomes",
    "callbacks": "/callbacks",
    "callbacks by verdict": "/callbacks?verdict=mismatch",
    "callbacks of a number": "/callbacks?q=A1100",
    "exchanges": "/exchanges",
    "exchanges by outcome": "/exchanges?outcome=no-answer",
    "exchanges of a number": "/exchanges?q=A1100",
    "lookups": "/lookups",
    "batches": "/lookups/batches",
    "imports": "/imports",
    "cases": "/cases",
    "a new case": "/cases/new",
    "refunds": "/cases/refunds",
    "audit log": "/audit",
    "audit log by deed": "/audit?action=launch",
    "shops": "/settings/shops",
    "readiness in detail": "/readyz?detail",
    "news of orders": "/live/orders",
}
"""What is asked for everywhere."""

LISTS = {"orders": "/orders", "callbacks": "/callbacks", "exchanges": "/exchanges"}
"""Lists whose third page and newest entry are asked for too."""

FILES = {"orders": "/orders.csv", "callbacks": "/callbacks.csv", "audit log": "/audit.csv"}
"""Files to take along, whose beginning is what somebody waits for."""


def measure() -> Iterator[Measurement]:
    """Every page, of all sizes in turns."""
    sizes = [int(size) for size in os.environ.get("BENCH_SIZES", SIZES).split(",")]
    set_key(SECRET)
    with ExitStack() as stack:
        clients = []
        for size in sizes:
            folder = load_settings().data_dir / "bench" / str(size)
            yield from _written(folder, size)
            port = stack.enter_context(programs.desk(folder, SECRET_KEY=SECRET))
            clients.append(stack.enter_context(closing(_reader(port))))
        for name, asked in _questions(clients).items():
            yield from _compared(name, sizes, clients, asked)


def _written(folder: Path, size: int) -> Iterator[Measurement]:
    """A history as it was written by an earlier run, or by this one."""
    done = folder / "written"
    if done.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(_env_file=None, data_dir=folder, secret_key=SECRET)  # type: ignore[call-arg]
    began = time.perf_counter()
    write_history(settings, size, seed=1, eventful=True)
    yield plain(f"writing {size:,} orders", time.perf_counter() - began, "s")
    began = time.perf_counter()
    with closing(Database(settings.resolved_database_url)) as database:
        for _ in count():
            with database.writing() as session:
                if not file_waiting(session, FILED_AT_ONCE):
                    break
    yield plain(f"filing {size:,} orders", time.perf_counter() - began, "s")
    done.touch()


def _reader(port: int) -> httpx.Client:
    client = programs.signed_in(port)
    client.follow_redirects = True
    return client


def _questions(clients: Sequence[httpx.Client]) -> dict[str, list[Ask]]:
    """What each desk is asked, by name: where keys are in it, each has its own."""
    found: dict[str, list[Ask]] = {
        name: [_page(path)] * len(clients) for name, path in PAGES.items()
    }
    for name, path in LISTS.items():
        found[f"the third page of {name}"] = [_page(_third(one, path)) for one in clients]
        found[f"one of {name}"] = [_page(_newest(one, path)) for one in clients]
    for name, path in FILES.items():
        found[f"the beginning of a file of {name}"] = [_beginning(path)] * len(clients)
    return found


def _page(path: str) -> Ask:
    return lambda client: client.get(_of_the_sandbox(path)).raise_for_status()


def _of_the_sandbox(path: str) -> str:
    if "env=" in path:
        return path
    return f"{path}{'&' if '?' in path else '?'}env=sandbox"


def _beginning(path: str) -> Ask:
    def ask(client: httpx.Client) -> httpx.Response:
        with client.stream("GET", _of_the_sandbox(path)) as answer:
            next(answer.iter_bytes(), b"")
        return answer.raise_for_status()

    return ask


def _third(client: httpx.Client, path: str) -> str:
    for _ in range(2):
        text = _page(path)(client).text
        link = re.search(r'rel="next"[^>]*href="([^"]+)"|href="([^"]+)"[^>]*rel="next"', text)
        if link:
            path = (link[1] or link[2]).replace("&amp;", "&")
    return path


def _newest(client: httpx.Client, path: str) -> str:
    text = _page(path)(client).text
    found = re.search(rf'href="({path}/[0-9a-f]{{32}})', text)
    assert found, f"nothing is listed at {path}"
    return found[1]


def _compared(
    name: str, sizes: Sequence[int], clients: Sequence[httpx.Client], asked: Sequence[Ask]
) -> Iterator[Measurement]:
    seconds: list[list[float]] = [[] for _ in sizes]
    for _ in range(ROUNDS):
        for ask, client, durations in zip(asked, clients, seconds, strict=True):
            began = time.perf_counter()
            ask(client)
            durations.append(time.perf_counter() - began)
    # The lower quartile: whatever else the machine does only adds.
    least, *others = (quantiles(durations)[0] * 1000 for durations in seconds)
    yield plain(f"{name}, {sizes[0]:,} orders", least, "ms")
    for size, value in zip(sizes[1:], others, strict=True):
        yield at_most(f"{name}, {size:,}", value, "ms", LIMIT, least)
