"""Where the news of a journey arrive: a real server for mail, and an address that takes posts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks import Webhook

from tests.postgresql import free_port


@dataclass
class Mailbox:
    """Every mail that came."""

    url: str
    mails: list[EmailMessage] = field(default_factory=list)

    def about(self, matter: str) -> list[str]:
        """What stands in those that tell of it: by their subject, or beneath it where several
        matters that began together share a mail."""
        texts = [(one["Subject"], one.get_content()) for one in self.mails]
        return [text for subject, text in texts if matter in subject or matter in text]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, RUF100
        raw = envelope.content or b""
        assert isinstance(raw, bytes)
        self.mails.append(message_from_bytes(raw, policy=policy.default))
        return "250 OK"


@contextmanager
def a_mailbox() -> Iterator[Mailbox]:
    """A server for mail in a thread of its own."""
    port = free_port()
    mailbox = Mailbox(f"smtp://127.0.0.1:{port}")
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass
class Posted:
    """Every body that was posted, with its headers in small letters."""

    url: str = ""
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def told(self, kind: str, secret: str) -> list[Any]:
        """The matters of this kind, of messages that are rightly signed. Raises
        WebhookVerificationError."""
        signed = Webhook(secret)
        said = [
            signed.verify(raw, {k.lower(): v for k, v in heads.items()}) for heads, raw in self.came
        ]
        matters = [one for message in said for one in message["data"]["matters"]]
        return [one for one in matters if one.get("kind") == kind]


@contextmanager
def posted_to() -> Iterator[Posted]:
    """An address that takes what is posted."""
    posted = Posted()

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            posted.came.append((headers, raw))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
    posted.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield posted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
