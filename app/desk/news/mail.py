"""A mail on its way to the server that takes it."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from app.desk.news.messages import Message

PATIENCE = 20.0
"""Seconds that the server may take for each step."""


@dataclass(frozen=True)
class MailServer:
    """Where mail leaves: `smtp://` (encrypted where the server can) or `smtps://`, perhaps with a
    user and a password; and who it is from."""

    url: str
    sender: str

    def send(self, recipient: str, message: Message) -> None:
        """Hand a mail to the server. Raises OSError or smtplib.SMTPException."""
        parts = urlsplit(self.url)
        context = ssl.create_default_context()
        with self._connected(parts.scheme, parts.hostname or "", parts.port, context) as server:
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(self._mail(recipient, message))

    def _connected(
        self, scheme: str, host: str, port: int | None, context: ssl.SSLContext
    ) -> smtplib.SMTP:
        if scheme == "smtps":
            return smtplib.SMTP_SSL(host, port or 465, timeout=PATIENCE, context=context)
        server = smtplib.SMTP(host, port or 25, timeout=PATIENCE)
        server.ehlo()
        return server

    def _mail(self, recipient: str, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, recipient, message.title
        mail["Date"] = format_datetime(message.at)
        # The same after a retry: a reader's program shows it once.
        mail["Message-ID"] = f"<{message.key}@{self.sender.rpartition('@')[2].strip('> ')}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text + "\n")
        return mail
