"""Ctrl-C, SIGTERM and kill -9 in the middle of anything: restart, and nothing is lost."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from inspect import signature
from pathlib import Path

import httpx
import pytest

from app.desk.context import BackgroundTasks
from app.server import GRACE_SECONDS
from tests.conftest import SECRET_KEY, serving, settings_for
from tests.processes import desk_process
from tests.walk import Operator

ENTRY, EXEC = "EntryTranNetcash", "ExecTranNetcash"


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, moved_in: Path) -> dict[str, str]:
    """The settings of a desk on SQLite, and on PostgreSQL."""
    key = {"SECRET_KEY": SECRET_KEY}
    if request.param == "sqlite":
        return key
    return key | {"DATABASE_URL": request.getfixturevalue("postgresql")}


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.soak)]
)
def test_a_signal_ends_it_cleanly_whatever_is_under_way(
    moved_in: Path, number: signal.Signals
) -> None:
    order = end_in_the_middle(moved_in, number)
    with started_again(moved_in) as operator:
        expect_interrupted(operator, order, "entry", [(ENTRY, "no-answer")])


@pytest.mark.sqlite_will_do
def test_a_killed_call_is_seen_as_unanswered_and_leads_to_a_lookup(
    tmp_path: Path, where: dict[str, str]
) -> None:
    with desk_process(tmp_path, GATEWAY_TIMEOUT=60, **where) as desk, desk.client() as client:
        operator = Operator(client)
        order = operator.create("-timeout")
        assert operator.see(order).exchanges == [(ENTRY, "answered"), (EXEC, "waiting")]
        desk.stop(signal.SIGKILL)
    with started_again(tmp_path, where) as operator:
        expect_interrupted(operator, order, "exec", [(ENTRY, "answered"), (EXEC, "no-answer")])
        assert operator.act(order, "lookups").status_code == 303
        found = operator.see(order)
        assert found.claim == ("REQSUCCESS", "lookup", None)
        assert found.first("data-next-step") == "new-order-id"


def test_whatever_an_end_waits_for_is_over_within_five_seconds() -> None:
    grace = signature(BackgroundTasks.close).parameters["grace"].default
    assert GRACE_SECONDS + grace < 5


def end_in_the_middle(folder: Path, number: signal.Signals) -> str:
    """End a desk by a signal; the address of the order it was about.

    Under way are a call without an answer, a live page, and a sender who stops in mid-body.
    """
    with (
        desk_process(folder, GATEWAY_TIMEOUT=60, SECRET_KEY=SECRET_KEY) as desk,
        desk.client() as client,
        closing(silent_gateway()) as gateway,
        closing(stalled_sender(desk.port)),
        live_page(client),
    ):
        order = order_at(Operator(client), gateway)
        code = desk.stop(number)
    assert code == 0
    assert "Traceback" not in "".join(desk.lines)
    return order


@contextmanager
def started_again(folder: Path, where: dict[str, str] | None = None) -> Iterator[Operator]:
    """The next start of a desk whose process has ended; an operator of it."""
    told = {name.lower(): value for name, value in (where or {}).items()}
    with (
        serving(settings_for(folder, gateway_settle=0, **told)) as desk,
        closing(desk.client()) as client,
    ):
        yield Operator(client)


def expect_interrupted(
    operator: Operator, order: str, source: str, exchanges: list[tuple[str, str]]
) -> None:
    """The call reads as unanswered, the order as unknown, and the step is to ask."""
    shown = operator.see(order)
    assert shown.exchanges == exchanges
    assert shown.claim == ("unknown", source, None)
    assert shown.first("data-next-step") == "ask-gateway"
    assert operator.act(order, "executions").status_code == 409


def silent_gateway() -> socket.socket:
    """A gateway that takes every request and never answers."""
    return socket.create_server(("127.0.0.1", 0))


@contextmanager
def live_page(client: httpx.Client) -> Iterator[None]:
    """The callbacks' page with its live stream open."""
    stream = Operator(client).see("/callbacks").first("hx-sse:connect")
    assert stream
    headers = {"Accept": "text/event-stream"}
    with client.stream("GET", stream, headers=headers) as answer:
        assert answer.status_code == 200
        yield


def order_at(operator: Operator, gateway: socket.socket) -> str:
    """An order of a test shop whose gateway this is."""
    shop = {"environment": "test", "ShopID": "tshop2", "ShopPass": "s3cr3tpw", "name": "Two"}
    address = {"gateway_url": f"http://127.0.0.1:{gateway.getsockname()[1]}"}
    added = operator.client.post("/settings/shops", data=shop | address)
    assert added.status_code == 303
    sent = operator.send_form("register", env="test", OrderID="T1")
    return sent.headers["location"]


def stalled_sender(port: int) -> socket.socket:
    """Somebody who has promised a body and sends only its beginning."""
    sender = socket.create_connection(("127.0.0.1", port))
    head = "POST /netcash/return HTTP/1.1\r\nHost: desk\r\nContent-Length: 500\r\n"
    sender.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\nShop".encode())
    return sender
