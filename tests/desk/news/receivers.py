"""Whoever takes the news: HTTP that answers what it is told to, and a real server for mail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HANG = "hang"


@dataclass
class Receiver:
    """Takes HTTP, and answers what it is told to."""

    url: str = ""
    answers: list[str] = field(default_factory=list)
    came: list[bytes] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            # Whoever connected was told to stop before a word was said.
            writer.close()
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        self.came.append(head + await reader.readexactly(length))
        self.arrived.set()
        answer = self.answers.pop(0) if self.answers else "HTTP/1.1 204 No Content\r\n\r\n"
        if answer == HANG:
            await reader.read()
        else:
            writer.write(answer.encode())
            await writer.drain()
        writer.close()

    def bodies(self) -> list[bytes]:
        """What came, without its heads."""
        return [raw.partition(b"\r\n\r\n")[2] for raw in self.came]

    def headers(self) -> dict[str, str]:
        """The headers of the first."""
        head = self.came[0].partition(b"\r\n\r\n")[0].decode()
        return dict(line.split(": ", 1) for line in head.split("\r\n")[1:])


@asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    """A receiver at an address of its own."""
    taker = Receiver()
    async with await asyncio.start_server(taker.take, "127.0.0.1", 0) as server:
        taker.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        yield taker


@dataclass
class Mailbox:
    """What a server for mail has taken, and how it answers."""

    port: int = 0
    answer: str = "250 OK"
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, RUF100
        raw = envelope.content or b""
        assert isinstance(raw, bytes)
        self.mails.append(message_from_bytes(raw, policy=policy.default))
        return "250 OK"


class _Connection(SMTP):
    """One that knows when it has ended: a server that closes does not wait for its connections,
    and what is left open is found, and complained of, in whichever test runs just then."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.ended = asyncio.Event()

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.ended.set()


@asynccontextmanager
async def a_mail_server(password: str = "") -> AsyncIterator[Mailbox]:
    """aiosmtpd on a port of its own. With a password it takes nothing of whoever has no other."""
    mailbox = Mailbox()

    def knows(*asked: object) -> AuthResult:
        given = asked[-1]
        is_right = isinstance(given, LoginPassword) and given.password == password.encode()
        return AuthResult(success=is_right, handled=False)

    connections: list[_Connection] = []

    def connection() -> SMTP:
        made = _Connection(
            mailbox,
            hostname="mail.example.jp",
            auth_required=bool(password),
            auth_require_tls=False,
            authenticator=knows,
        )
        connections.append(made)
        return made

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    async with server:
        yield mailbox
        for one in connections:
            if one.transport is not None:
                one.transport.close()
                await one.ended.wait()
