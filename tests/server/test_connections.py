"""Who gives way when there are too many connections, and for whom there is always room."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from app.server.connections import Connections, Room
from app.settings import Settings
from tests.conftest import Served, serving
from tests.desk.callbacks.cast import tampered
from tests.plain import plain_client
from tests.processes import DeskProcess
from tests.server.raw import connected, head, is_closed
from tests.waiting import until

ROOM = Room(per_address=3, unfinished=5, in_all=8, kept=2)


class Guest:
    """A connection without a socket."""

    def __init__(self, address: str | None, *, idle: bool = True) -> None:
        self.address, self.idle, self.since, self.gone = address, idle, 0.0, False
        self.leave: Callable[[Guest], None]

    def give_way(self) -> None:
        self.gone = True
        self.leave(self)


class House:
    """Connections with a clock that is moved by hand."""

    def __init__(self) -> None:
        self.time, self.evicted = 0.0, 0
        self.held = Connections(ROOM, lambda: self.time, self._evicted)

    def _evicted(self) -> None:
        self.evicted += 1

    def receive(self, *guests: Guest) -> None:
        for guest in guests:
            self.time += 0.01
            guest.leave = self.held.closed
            self.held.opened(guest)


@pytest.fixture
def house() -> House:
    return House()


def test_the_oldest_without_a_request_gives_way_to_a_newcomer(house: House) -> None:
    guests = [Guest("a", idle=False) for _ in range(5)]
    house.receive(*guests)
    assert [guest.gone for guest in guests] == [True, True, False, False, False]


def test_who_has_sent_nothing_for_a_while_gives_way_before_who_has_begun(house: House) -> None:
    begun, idle, other, newcomer = Guest("a", idle=False), Guest("a"), Guest("a"), Guest("a")
    house.receive(begun, idle, other)
    house.time += 2
    house.receive(newcomer)
    assert [one.gone for one in (begun, idle, other, newcomer)] == [False, True, False, False]


def test_one_address_takes_no_room_from_another(house: House) -> None:
    other = Guest("b")
    house.receive(other, *[Guest("a") for _ in range(20)])
    assert not other.gone


def test_who_has_shown_a_whole_request_never_gives_way(house: House) -> None:
    whole = Guest("a")
    house.receive(whole)
    house.held.has(whole)
    house.receive(*[Guest("a") for _ in range(20)])
    assert not whole.gone


def test_who_has_had_an_answer_is_closed_only_where_there_is_no_room_at_all(house: House) -> None:
    resting = [Guest("a") for _ in range(6)]
    for guest in resting:
        house.receive(guest)
        house.held.has(guest)
        house.held.rests(guest)
    house.receive(Guest("b"), Guest("c"))
    assert not any(guest.gone for guest in resting)
    house.receive(Guest("d"))
    assert [guest.gone for guest in resting] == [True, *[False] * 5]
    house.held.expects(resting[1])
    house.receive(Guest("e"))
    assert [guest.gone for guest in resting] == [True, False, True, *[False] * 3]


def test_behind_a_proxy_the_bound_of_an_address_does_not_hold(house: House) -> None:
    guests = [Guest(None) for _ in range(5)]
    house.receive(*guests)
    assert not any(guest.gone for guest in guests)


def test_beyond_the_bound_of_all_whoever_has_most_loses_one(house: House) -> None:
    honest = [Guest("b"), Guest("c")]
    house.receive(*honest, *[Guest("a") for _ in range(3)], Guest("d"))
    assert not any(guest.gone for guest in honest)
    assert house.evicted == 1


def test_room_is_kept_beyond_what_everybody_may_take(house: House) -> None:
    for number in range(8):
        guest = Guest(f"a{number}")
        house.receive(guest)
        house.held.has(guest)
    crowded_before = house.held.is_crowded
    late = [Guest("b"), Guest("c")]
    for guest in late:
        house.receive(guest)
        house.held.has(guest)
    assert (crowded_before, house.held.is_crowded) == (False, True)
    one_too_many = Guest("d")
    house.receive(one_too_many)
    assert [guest.gone for guest in (*late, one_too_many)] == [False, False, True]


def test_few_files_leave_room_all_the_same() -> None:
    room = Room.within(256)
    assert 0 < room.per_address < room.in_all
    assert room.in_all + room.kept <= 256 - 100
    assert Room.within(1_000_000) == Room()


def full(port: int, number: int, sent: bytes) -> ExitStack:
    """Somebody who opens so many connections and never comes to an end on any."""
    stack = ExitStack()
    for _ in range(number):
        stack.enter_context(connected(port)).sendall(sent)
    return stack


@pytest.mark.parametrize(
    "sent",
    [b"", head()[:-2], head("POST", "/netcash/return", Content_Length=500) + b"Order"],
    ids=["nothing", "half a head", "half a body"],
)
def test_a_result_is_taken_however_many_hold_connections(settings: Settings, sent: bytes) -> None:
    with serving(settings, Room(10, 20, 40, 10)) as served, full(settings.port, 100, sent):
        for number in range(5):
            assert bring(served, f"R{number}") == 200


def test_while_only_the_kept_room_is_left_results_and_signed_in_people_are_answered(
    settings: Settings,
) -> None:
    room = Room(per_address=10, unfinished=20, in_all=6, kept=20)
    with (
        serving(settings, room) as served,
        closing(served.client()) as operator,
        ExitStack() as streams,
        plain_client(served.url) as stranger,
    ):
        assert stranger.get("/login").status_code == 200
        for _ in range(7):
            streams.enter_context(operator.stream("GET", "/live/callbacks?env=sandbox"))
        refused = stranger.get("/login")
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        assert stranger.get("/orders").status_code == 503
        assert stranger.get("/healthz").status_code == 200
        assert operator.get("/orders").status_code == 200
        assert bring(served, "R1") == 200


def test_who_is_signed_in_keeps_a_connection_that_is_idle(settings: Settings) -> None:
    with serving(settings, Room(4, 20, 40, 10)) as served, closing(served.client()) as operator:
        assert operator.get("/orders").status_code == 200
        with full(settings.port, 30, b""):
            connections = served.connections
            until(lambda: connections.number <= 8)
            assert operator.get("/orders").status_code == 200


def test_behind_a_proxy_each_client_has_its_own_share(settings: Settings) -> None:
    behind = settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)})
    greedy = head("POST", "/netcash/return", Content_Length=500, X_Forwarded_For="2001:db8::1")
    other = greedy.replace(b"2001:db8::1", b"2001:db8:0:1::1")
    with serving(behind, Room(3, 40, 80, 10)), connected(settings.port) as honest:
        honest.sendall(other + b"Order")
        with full(settings.port, 1, greedy) as held:
            first = connected(settings.port)
            with first as victim:
                victim.sendall(greedy)
                for _ in range(4):
                    held.enter_context(connected(settings.port)).sendall(greedy)
                assert is_closed(victim)
        honest.sendall(b"ID=A1" + b"x" * 490)
        assert honest.recv(100).startswith(b"HTTP/1.1 200 ")


def test_the_limit_of_files_is_raised_at_the_start_and_said(moved_in: Path) -> None:
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (300, 900));"
        "from app.server.files import raise_file_limit; print(raise_file_limit());"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    command = [sys.executable, "-c", program]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.split() == ["900", "900"]
    desk = DeskProcess(moved_in)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert desk.wait_for(f"{hard} files may be open at once")
    assert desk.stop() == 0


def bring(served: Served, order_id: str) -> int:
    with plain_client(served.url) as visitor:
        answered: httpx.Response = visitor.post("/netcash/return", content=tampered(order_id))
        return answered.status_code
