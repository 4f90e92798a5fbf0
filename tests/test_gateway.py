"""Every way a conversation with the gateway can go, over real sockets."""

import asyncio
import datetime
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.gateway import ANSWER_LIMIT, Detail, Gateway, Outcome
from app.protocol.messages import Call, EntryTranAnswer, ErrorAnswer
from tests.rawserver import Step, raw_server
from tests.scripted import ScriptedGateway, http

pytestmark = pytest.mark.anyio

ENTERED = f"OrderID=A1&AccessID={'a' * 32}&AccessPass={'b' * 32}".encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
NEVER = 600.0
"""Seconds that nobody waits for."""
LONG = b"x" * (ANSWER_LIMIT + 1)
HTML = b"<html><body>Maintenance</body></html>"
SHORT = 2.0
"""Seconds after which a call is given up: enough for a busy machine to have sent it by then."""


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    gateway = Gateway(timeout=30)
    yield gateway
    await gateway.close()


@pytest.mark.parametrize(
    ("script", "outcome", "detail"),
    [
        ([http(ENTERED)], Outcome.ANSWERED, None),
        ([CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(ENTERED), ENTERED)], Outcome.ANSWERED, None),
        ([http(b"ErrCode=M01&ErrInfo=M01004010")], Outcome.PROTOCOL_ERROR, None),
        ([], Outcome.NO_ANSWER, Detail.CLOSED),
        ([b"HTTP/1.1 200 OK\r\nConte"], Outcome.NO_ANSWER, Detail.CLOSED),
        ([HEAD + ENTERED], Outcome.CUT_OFF, Detail.CLOSED),
        ([CHUNKED + b"10\r\nOrderID=A1"], Outcome.CUT_OFF, Detail.CLOSED),
        ([http(b"oh no", "500 Internal Server Error")], Outcome.HTTP_ERROR, None),
        ([http(ENTERED, "302 Found", "Location: /")], Outcome.HTTP_ERROR, Detail.REDIRECT),
        ([HEAD.replace(b"200", b"503") + b"half"], Outcome.HTTP_ERROR, Detail.CLOSED),
        ([http(HTML)], Outcome.NOT_UNDERSTOOD, "no parameter of this answer is there"),
        ([http(b"")], Outcome.NOT_UNDERSTOOD, "no parameter of this answer is there"),
        ([http(b"\x81\xff\x00&=")], Outcome.NOT_UNDERSTOOD, "the answer is not Windows-31J"),
        ([http(LONG)], Outcome.NOT_UNDERSTOOD, Detail.TOO_LONG),
        ([b"SSH-2.0-OpenSSH_9.9\r\n\r\n"], Outcome.NOT_UNDERSTOOD, Detail.NOT_HTTP),
    ],
)
async def test_each_way_an_answer_can_be_has_its_name(
    gateway: Gateway, script: list[Step], outcome: Outcome, detail: str | None
) -> None:
    async with raw_server(*script) as server:
        reply = await gateway.ask(server.url, Call.ENTRY, b"OrderID=A1")
    assert (reply.outcome, reply.detail) == (outcome, detail)
    assert len(server.requests) == 1


async def test_an_answer_without_end_is_read_no_further_than_its_limit(gateway: Gateway) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
    async with raw_server(head + LONG, 60.0) as server:
        reply = await gateway.ask(server.url, Call.ENTRY, b"OrderID=A1")
    # Whoever read on would have been cut off by the time-out.
    assert (reply.outcome, reply.detail) == (Outcome.NOT_UNDERSTOOD, Detail.TOO_LONG)
    assert reply.raw == LONG[:ANSWER_LIMIT]


async def test_an_answer_is_read_and_its_bytes_are_kept(gateway: Gateway) -> None:
    async with raw_server(http(ENTERED)) as server:
        reply = await gateway.ask(server.url, Call.ENTRY, b"OrderID=A1")
    assert reply.answer == EntryTranAnswer("A1", "a" * 32, "b" * 32)
    assert (reply.raw, reply.http_status) == (ENTERED, 200)


async def test_a_refusal_is_read_too(gateway: Gateway) -> None:
    async with raw_server(http(b"ErrCode=M01|M01&ErrInfo=M01004001|M01005001")) as server:
        reply = await gateway.ask(server.url, Call.ENTRY, b"")
    assert reply.answer == ErrorAnswer(("M01004001", "M01005001"))


async def test_what_leaves_is_the_form_as_given_and_nothing_of_the_environment(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with raw_server(http(ENTERED, "200 OK", "Set-Cookie: a=b"), keep_alive=True) as server:
        await gateway.ask(server.url, Call.ENTRY, b"OrderID=%83%5C")
        await gateway.ask(server.url, Call.ENTRY, b"OrderID=%83%5C")
    head, _, body = server.requests[1].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /payment/EntryTranNetcash.idPass HTTP/1.1\r\n")
    assert b"Content-Type: application/x-www-form-urlencoded\r\n" in head + b"\r\n"
    assert b"cookie" not in head.lower()
    assert body == b"OrderID=%83%5C"
    assert server.connections == 1, "the connection is used again"


@pytest.mark.parametrize(
    ("script", "outcome", "raw"),
    [
        ([NEVER], Outcome.NO_ANSWER, None),
        ([HEAD, NEVER], Outcome.CUT_OFF, b""),
        ([HEAD, *[b"x", 0.05] * 10_000], Outcome.CUT_OFF, b"xxx"),
        ([HEAD.replace(b"200", b"500"), NEVER], Outcome.HTTP_ERROR, b""),
    ],
)
async def test_the_time_out_bounds_the_whole_answer_even_one_that_drips(
    script: list[Step], outcome: Outcome, raw: bytes | None
) -> None:
    gateway = Gateway(SHORT)
    async with raw_server(*script) as server:
        reply = await gateway.ask(server.url, Call.EXEC, b"OrderID=A1")
    await gateway.close()
    assert (reply.outcome, reply.detail) == (outcome, Detail.TIMEOUT)
    assert reply.raw is raw is None or (reply.raw or b"").startswith(raw or b"")
    assert (reply.duration_ms or 0) >= SHORT * 1000


@pytest.mark.parametrize(
    ("base_url", "detail"),
    [
        ("http://127.0.0.1:1", Detail.CONNECTION_FAILED),
        ("http://no-such-host.invalid", Detail.NO_SUCH_HOST),
        ("ftp://127.0.0.1", Detail.BAD_ADDRESS),
        ("http://127.0.0.1:port", Detail.BAD_ADDRESS),
    ],
)
async def test_without_a_connection_nothing_was_sent(
    gateway: Gateway, base_url: str, detail: Detail
) -> None:
    reply = await gateway.ask(base_url, Call.ENTRY, b"OrderID=A1")
    assert (reply.outcome, reply.detail, reply.raw) == (Outcome.NOT_SENT, detail, None)


async def test_a_host_that_never_accepts_was_sent_nothing() -> None:
    gateway = Gateway(SHORT)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        address = deaf.getsockname()
        # The one place in its queue is taken: the kernel lets everybody else wait.
        with socket.create_connection(address):
            reply = await gateway.ask(f"http://127.0.0.1:{address[1]}", Call.ENTRY, b"")
    await gateway.close()
    assert (reply.outcome, reply.detail) == (Outcome.NOT_SENT, Detail.TIMEOUT)


async def test_a_certificate_nobody_vouches_for_ends_before_anything_is_sent(
    gateway: Gateway, tmp_path: Path
) -> None:
    async with raw_server(http(ENTERED), tls=self_signed(tmp_path)) as server:
        reply = await gateway.ask(server.url, Call.ENTRY, b"ShopPass=secret")
    assert (reply.outcome, reply.detail) == (Outcome.NOT_SENT, Detail.TLS_FAILED)
    assert server.requests == []


async def test_a_cancelled_call_ends_at_once(gateway: Gateway) -> None:
    async with raw_server(NEVER) as server:
        task = asyncio.create_task(gateway.ask(server.url, Call.EXEC, b""))
        await server.asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_client_that_is_slow_to_be_made_keeps_neither_the_loop_nor_a_calls_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop, makers, passed = asyncio.get_running_loop(), list[threading.Thread](), [0.0]

    class Slow(httpx.AsyncClient):
        def __init__(self, **options: Any) -> None:
            makers.append(threading.current_thread())
            passed[0] += 60
            super().__init__(**options)

    clock = loop.time
    monkeypatch.setattr(loop, "time", lambda: clock() + passed[0])
    monkeypatch.setattr(httpx, "AsyncClient", Slow)
    transport = ScriptedGateway()
    gateway = Gateway(30, transport)
    transport.script = [http(ENTERED)]
    asked = [gateway.ask(transport.url, Call.ENTRY, b"OrderID=A1") for _ in range(3)]
    replies = await asyncio.gather(*asked)
    await gateway.close()
    assert {reply.outcome for reply in replies} == {Outcome.ANSWERED}
    assert len(makers) == 1
    assert makers[0] is not threading.current_thread()


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's side of TLS with a certificate for localhost that it signed itself."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(1)
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(secret, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        secret.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
