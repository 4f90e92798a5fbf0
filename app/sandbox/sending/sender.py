"""Sends what is due to merchants' servers, where that is allowed (see `targets`)."""

import asyncio
import logging
import sqlite3
from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from app.protocol.wire import FORM_TYPE, encode_form
from app.protocol.words import N_
from app.sandbox.context import Sandbox
from app.sandbox.sending import notifications
from app.sandbox.sending.deliveries import Pairs
from app.sandbox.sending.notifications import Due
from app.sandbox.sending.targets import may_be_sent, port_of

log = logging.getLogger(__name__)

TIMEOUT: Final = 15  # seconds
PAUSE: Final = 0.5  # seconds between two looks at what is due
PAUSE_AFTER_FAILURE: Final = 3.0  # seconds more, so that a failing store does not fill the log
ANSWER_LIMIT: Final = 16 * 1024  # bytes
ANSWER_KEPT: Final = 100  # characters

_IN_TARGET: Final = "/?&=%:+,;@~!$'()*[]"

# What stands in for an answer where there is none; a page says it in its reader's language.
REFUSED: Final = N_("not sent: the host is not allowed")
UNREACHABLE: Final = N_("no answer")
OWN_WORDS: Final = (REFUSED, UNREACHABLE)


async def send_for_ever(sandbox: Sandbox) -> None:
    """Send notices as they fall due, until the process ends, whatever the store does meanwhile."""
    while not sandbox.stopping.is_set():
        try:
            await _send_due(sandbox)
        except sqlite3.Error as error:
            # A disk that is full today has room tomorrow; what is due stays due.
            log.error("no notifications are sent: the sandbox's store failed (%s)", error)
            await sandbox.wait(PAUSE_AFTER_FAILURE)
        await sandbox.wait(PAUSE)


async def _send_due(sandbox: Sandbox) -> None:
    due = await sandbox.store.run(notifications.claim, sandbox.rules)
    await asyncio.gather(*(_send(sandbox, notice) for notice in due))


async def _send(sandbox: Sandbox, due: Due) -> None:
    answer = await deliver(sandbox, due.url, due.body)
    if answer in OWN_WORDS:
        log.warning("notification %s could not be sent: %s", due.id, answer)
    await sandbox.store.run(notifications.record_answer, due.id, answer)


async def send_all(sandbox: Sandbox, url: str, forms: Iterable[Pairs]) -> list[str]:
    """Send forms one after the other; what came back for each."""
    return [await deliver(sandbox, url, encode_form(pairs)) for pairs in forms]


async def deliver(sandbox: Sandbox, url: str, body: bytes) -> str:
    """Post a form to a merchant's server; its answer, or why there is none. Never raises."""
    if not await may_be_sent(sandbox, url):
        return REFUSED
    try:
        async with asyncio.timeout(TIMEOUT):
            return _read(await _exchange(urlsplit(url), body))
    except (OSError, ValueError):  # TimeoutError among them
        return UNREACHABLE


async def _exchange(url: SplitResult, body: bytes) -> bytes:
    """One POST over a connection of its own, which the end of the process can break off.

    HTTP/1.0, so that the answer ends with the connection; no redirect is followed, since it could
    lead to a host that nobody allowed.
    """
    secure = url.scheme == "https" or None
    reader, writer = await asyncio.open_connection(url.hostname, port_of(url), ssl=secure)
    try:
        target = quote(f"{url.path or '/'}{'?' if url.query else ''}{url.query}", safe=_IN_TARGET)
        head = (
            f"POST {target} HTTP/1.0\r\nHost: {url.netloc.rpartition('@')[2]}\r\n"
            f"Content-Type: {FORM_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode("ascii") + body)
        await writer.drain()
        return await _read_to_the_end(reader)
    finally:
        writer.close()


async def _read_to_the_end(reader: asyncio.StreamReader) -> bytes:
    answer = bytearray()
    while len(answer) < ANSWER_LIMIT and (piece := await reader.read(ANSWER_LIMIT)):
        answer += piece
    return bytes(answer)


def _read(answer: bytes) -> str:
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1:2]
    if status != [b"200"]:
        return f"HTTP {b''.join(status).decode('ascii', 'replace')[:3]}"
    return body.decode("ascii", "replace").strip()[:ANSWER_KEPT]
