"""A mail on its way to the server that takes it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from app.desk.news.messages import Message
from app.desk.news.outcomes import Failure, Outcome
from app.protocol.hosts import is_loopback
from app.protocol.words import N_, say

PATIENCE = 60.0
"""Seconds that the server may take for a mail, from the first word to the last."""

CHECKPOINT = N_(
    "Checkpoint of the audit log. Keep this mail: with it `python -m app audit verify "
    "--checkpoint FILE` says whether the log was cut off or written anew."
)
CHOICES = N_("What you hear, where and when, is chosen here:")

SIGNATURE = "-- "
"""Below it programs for mail know what need not be read each time."""

SECURE, PLAIN = "smtps", "smtp"
_EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
PORTS = {SECURE: 465, PLAIN: 25}


@dataclass(frozen=True)
class MailServer:
    """Where mail leaves: `smtp://` (encrypted where the server can) or `smtps://`, perhaps with a
    user and a password; and who it is from."""

    url: str
    sender: str
    patience: float = PATIENCE

    async def send(self, recipient: str, message: Message) -> Outcome:
        """Hand a mail to the server."""
        if not is_mailable(recipient):
            return Outcome(Failure.REFUSED)
        # Heavy, and most starts send nothing.
        import aiosmtplib as smtp

        try:
            async with asyncio.timeout(self.patience):
                await self._send(self._mail(recipient, message))
        except smtp.SMTPNotSupported:
            return Outcome(Failure.NOT_ENCRYPTED)
        except smtp.SMTPRecipientsRefused as error:
            return _refused(max(one.code for one in error.recipients))
        except smtp.SMTPAuthenticationError:
            return Outcome(Failure.NO_LOGIN)
        except smtp.SMTPConnectResponseError:
            return Outcome(Failure.BROKEN)
        except smtp.SMTPResponseException as error:
            return _refused(error.code)
        except (OSError, smtp.SMTPException):
            return Outcome(Failure.NO_ANSWER)
        return Outcome()

    async def _send(self, mail: EmailMessage) -> None:
        import aiosmtplib as smtp

        parts = urlsplit(self.url)
        host, has_password = parts.hostname or "", bool(parts.username)
        # A password crosses no network in the clear, whatever somebody in between pretends.
        demands = has_password and not is_loopback(host)
        is_secure = parts.scheme == SECURE
        await smtp.send(
            mail,
            hostname=host,
            port=parts.port or PORTS[parts.scheme],
            use_tls=is_secure,
            start_tls=False if is_secure else demands or None,
            username=unquote(parts.username or "") or None,
            password=unquote(parts.password or "") if has_password else None,
            timeout=self.patience,
        )

    def _mail(self, recipient: str, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, recipient, message.title
        mail["Date"] = format_datetime(message.at)
        # The same after a retry: a reader's program shows it once.
        mail["Message-ID"] = f"<{message.key}@{self.sender.rpartition('@')[2].strip('> ')}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(f"{message.text}\n{_kept(message)}{_below(message)}")
        return mail


def is_mailable(address: str) -> bool:
    """Whether it can stand in a mail's head as one address, and every server knows its letters."""
    return address.isascii() and _EMAIL.fullmatch(address) is not None


def _kept(message: Message) -> str:
    return (
        f"\n{say(message.language, CHECKPOINT)}\n{message.checkpoint}\n"
        if message.checkpoint
        else ""
    )


def _below(message: Message) -> str:
    if not message.is_chosen:
        return ""
    choices = f"{say(message.language, CHOICES)}\n{message.home}settings/notifications"
    return f"\n{SIGNATURE}\n{choices}\n"


def _refused(code: int) -> Outcome:
    return Outcome(Failure.REFUSED if code >= 500 else Failure.BROKEN)
