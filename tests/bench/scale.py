"""Every page of a desk with a hundred thousand orders and with a million, beside one with a
thousand; or, where that shows less, beside the next whose page is as long: a page of fifty rows
takes longer than one of three, however it finds them.

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
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import quantiles

import httpx

from app.demo import write_history
from app.protocol.wire import JST
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

SHORTER = 1.1
"""How many times as long another page may be to be called as long."""

SECRET = "a key for the bench alone, long enough"
FILED_AT_ONCE = 2_000

Ask = Callable[[httpx.Client], str]

YESTERDAY = (datetime.now(JST) - timedelta(days=1)).date()

PAGES = {
    "overview": "/",
    "orders": "/orders",
    "orders that need somebody": "/orders?status=attention",
    "orders by status": "/orders?status=PAYFAIL",
    "orders that are not paid": "/orders?status=not-paid",
    "orders of a day": f"/orders?from={YESTERDAY}&to={YESTERDAY}",
    "orders paid on a day": f"/orders?paid-from={YESTERDAY}&paid-to={YESTERDAY}",
    "orders with a tag that few bear": "/orders?tag=conflict",
    "orders with a tag that many bear": "/orders?tag=duplicate",
    "orders between two amounts": "/orders?amount-from=1000&amount-to=2000",
    "orders between two amounts by status": "/orders?amount-from=1000&amount-to=5000"
    "&status=PAYFAIL",
    "orders, largest amount first": "/orders?sort=-amount",
    "search: a number": "/orders?q=A1100",
    "search: the end of a number": "/orders?q=1100",
    "search: a name": "/orders?q=高橋",
    "search: a piece of a number": "/orders?q=00",
    "search: a name, by status": "/orders?q=高橋&status=PAYFAIL",
    "search: nothing": "/orders?q=zzzz",
    "palette": "/palette?q=A1100",
    "outcomes": "/outcomes",
    "callbacks": "/callbacks",
    "callbacks by verdict": "/callbacks?verdict=mismatch",
    "callbacks that are verified": "/callbacks?verdict=verified",
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
    "what is kept": "/settings/retention",
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
    return lambda client: client.get(_of_the_sandbox(path)).raise_for_status().text


def _of_the_sandbox(path: str) -> str:
    if "env=" in path:
        return path
    return f"{path}{'&' if '?' in path else '?'}env=sandbox"


def _beginning(path: str) -> Ask:
    def ask(client: httpx.Client) -> str:
        with client.stream("GET", _of_the_sandbox(path)) as answer:
            answer.raise_for_status()
            return next(answer.iter_text(), "")

    return ask


def _third(client: httpx.Client, path: str) -> str:
    for _ in range(2):
        text = _page(path)(client)
        link = re.search(r'rel="next"[^>]*href="([^"]+)"|href="([^"]+)"[^>]*rel="next"', text)
        if link:
            path = (link[1] or link[2]).replace("&amp;", "&")
    return path


def _newest(client: httpx.Client, path: str) -> str:
    text = _page(path)(client)
    found = re.search(rf'href="({path}/[0-9a-f]{{32}})', text)
    assert found, f"nothing is listed at {path}"
    return found[1]


def _compared(
    name: str, sizes: Sequence[int], clients: Sequence[httpx.Client], asked: Sequence[Ask]
) -> Iterator[Measurement]:
    seconds: list[list[float]] = [[] for _ in sizes]
    shown = [0 for _ in sizes]
    for _ in range(ROUNDS):
        for place, (ask, client) in enumerate(zip(asked, clients, strict=True)):
            began = time.perf_counter()
            text = ask(client)
            seconds[place].append(time.perf_counter() - began)
            shown[place] = len(text)
    # The lower quartile: whatever else the machine does only adds.
    values = [quantiles(durations)[0] * 1000 for durations in seconds]
    for place, size in enumerate(sizes):
        as_full = next((one for one in range(place) if shown[one] * SHORTER >= shown[place]), None)
        if as_full is None:
            yield plain(f"{name}, {size:,} orders ({shown[place] // 1000} kB)", values[place], "ms")
        else:
            yield at_most(f"{name}, {size:,}", values[place], "ms", LIMIT, values[as_full])
