"""How a request is read: bounded in size and in time, whatever it is about."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from app.settings import Settings
from tests.cast import OPERATOR, signed_in_cookie
from tests.conftest import Served, serving, settings_for
from tests.server.raw import answer, connected, head, is_closed, status
from tests.waiting import until

LIMIT = 64 * 1024
SLOW = 0.3


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a desk for all tests here: none of them changes anything."""
    with serving(settings_for(tmp_path_factory.mktemp("patient"))) as desk:
        yield desk.settings.port


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same, of a desk that waits for nobody's request for long."""
    with serving(settings_for(tmp_path_factory.mktemp("hurried"), sender_seconds=SLOW)) as desk:
        yield desk


@pytest.mark.parametrize("kib", [100, 1024, 8 * 1024])
def test_a_head_without_end_is_refused_and_the_connection_closed(port: int, kib: int) -> None:
    with connected(port) as connection:
        connection.sendall(head()[:-2] + b"X: " + b"a" * kib * 1024)
        assert answer(connection).startswith(b"HTTP/1.1 431 ")


def test_no_answer_says_what_serves_it(port: int) -> None:
    for path in ("/healthz", "/nowhere", "/login"):
        with connected(port) as connection:
            connection.sendall(head(path=path, Connection="close"))
            said = answer(connection).partition(b"\r\n\r\n")[0].lower()
        assert not {b"server", b"via", b"x-powered-by"} & {
            *re.findall(rb"^([\w-]+):", said, re.MULTILINE)
        }


def test_nobody_else_waits_for_a_head_without_end(port: int) -> None:
    with connected(port) as hostile, connected(port) as other:
        hostile.sendall(head()[:-2] + b"X: " + b"a" * 10 * LIMIT)
        other.sendall(head())
        assert status(other) == 200


def test_a_head_that_comes_in_small_pieces_is_counted_as_well(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(head()[:-2])
        for _ in range(20):
            connection.sendall(b"X: " + b"a" * 4096 + b"\r\n")
        assert answer(connection).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(("kib", "expected"), [(60, 200), (65, 431)])
def test_a_head_may_have_64_kib(port: int, kib: int, expected: int) -> None:
    with connected(port) as connection:
        connection.sendall(head(Cookie="a" * kib * 1024))
        assert status(connection) == expected


@pytest.mark.parametrize(("lines", "expected"), [(100, 200), (101, 431)])
def test_a_head_may_have_a_hundred_lines(port: int, lines: int, expected: int) -> None:
    # One is the request line, one is Host.
    more: dict[str, Any] = {f"X{number}": number for number in range(lines - 2)}
    with connected(port) as connection:
        connection.sendall(head(**more))
        assert status(connection) == expected


@pytest.mark.parametrize("trailer", [b"X: " + b"a" * 2 * LIMIT, b"X: a\r\n" * 200])
def test_what_follows_a_body_in_pieces_is_bounded_like_a_head(port: int, trailer: bytes) -> None:
    with connected(port) as connection:
        start = head("POST", "/login", Transfer_Encoding="chunked")
        connection.sendall(start + b"1\r\na\r\n0\r\n" + trailer)
        assert answer(connection).startswith(b"HTTP/1.1 431 ")


def test_a_later_request_of_a_connection_is_bounded_too(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(head())
        assert status(connection) == 200
        connection.sendall(head()[:-2] + b"X: " + b"a" * 2 * LIMIT)
        assert answer(connection).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("host", ["[", "[::g]", "a b", "a/b", "a\r\nHost: b"])
def test_what_is_no_host_is_refused(port: int, host: str) -> None:
    with connected(port) as connection:
        connection.sendall(head(Host=host))
        assert status(connection) == 400


def test_what_is_no_http_is_refused(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert answer(connection).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "path", ["/netcash/return", "/netcash/notify", "/login", "/orders", "/nowhere", "/static/x"]
)
def test_a_body_that_does_not_come_is_refused_on_every_address(hurried: Served, path: str) -> None:
    with connected(hurried.settings.port) as connection:
        connection.sendall(head("POST", path, Content_Length=500) + b"a=")
        came = answer(connection)
        # An address that does not look at the body may answer first.
        assert came.split(b" ")[1] in {b"408", b"303", b"405"}, came


def test_a_body_that_drips_is_refused_for_the_sign_in_too(hurried: Served) -> None:
    with connected(hurried.settings.port) as connection:
        connection.sendall(head("POST", "/login", Content_Length=500))
        drip(connection)
        assert answer(connection).startswith(b"HTTP/1.1 408 ")


def test_a_head_that_drips_is_refused(hurried: Served) -> None:
    with connected(hurried.settings.port) as connection:
        connection.sendall(head()[:-2])
        assert answer(connection).startswith(b"HTTP/1.1 408 ")


def test_a_connection_that_sends_nothing_is_closed_without_a_word(hurried: Served) -> None:
    with connected(hurried.settings.port) as connection:
        assert is_closed(connection)


def test_empty_lines_keep_no_connection_open(hurried: Served) -> None:
    with connected(hurried.settings.port) as connection:
        connection.sendall(head())
        assert status(connection) == 200
        until(lambda: refuses(connection, b"\r\n"))


def test_a_signed_in_person_may_take_longer_while_it_comes(settings: Settings) -> None:
    hurried = settings.model_copy(update={"sender_seconds": 2})
    with serving(hurried) as served, connected(settings.port) as person:
        name, secret = signed_in_cookie(served.app, OPERATOR)
        sent, rest = b"text=" + b"a" * 40_000, b"b" * 5_000
        length = len(sent + rest)
        cookie = f"{name}={secret}"
        with connected(settings.port) as somebody:
            person.sendall(head("POST", "/verify", Content_Length=length, Cookie=cookie) + sent)
            somebody.sendall(head("POST", "/login", Content_Length=length) + sent)
            # Who came later is refused: the time of who came first is over as well.
            assert status(somebody) == 408
        person.sendall(rest)
        assert status(person) == 200


def test_a_signed_in_person_who_stops_sending_is_refused(hurried: Served) -> None:
    name, secret = signed_in_cookie(hurried.app, OPERATOR)
    with connected(hurried.settings.port) as person:
        cookie = f"{name}={secret}"
        person.sendall(head("POST", "/verify", Content_Length=500, Cookie=cookie) + b"text=")
        assert answer(person).startswith(b"HTTP/1.1 408 ")


def test_who_is_whole_only_after_the_answer_is_closed_like_anybody_idle(hurried: Served) -> None:
    with connected(hurried.settings.port) as connection:
        connection.sendall(head("POST", "/healthz", Content_Length=5) + b"a")
        assert status(connection) == 405
        connection.sendall(b"bcde")
        assert is_closed(connection)


def test_who_sends_on_after_an_early_answer_gets_no_second_one(hurried: Served) -> None:
    with connected(hurried.settings.port) as connection:
        connection.sendall(head("POST", "/healthz", Content_Length=500) + b"a")
        came = answer(connection)
        assert came.startswith(b"HTTP/1.1 405 ")
        assert came.count(b"HTTP/1.1 ") == 1


def drip(connection: socket.socket) -> None:
    """A byte now and then until the other side has had enough of it."""
    connection.settimeout(0.05)
    while True:
        try:
            connection.sendall(b"a")
            if connection.recv(1, socket.MSG_PEEK):
                break
        except TimeoutError:
            continue
    connection.settimeout(60)


def refuses(connection: socket.socket, sent: bytes) -> bool:
    """Whether the other side no longer takes what is sent."""
    try:
        connection.sendall(sent)
    except OSError:
        return True
    time.sleep(0.05)
    return False
