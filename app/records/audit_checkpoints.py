"""Checkpoints of the audit log: where its chain ended, signed, as a word to keep elsewhere.

Whoever has the database in hand can write the whole chain anew, and cut it off at its end, so that
it is whole in itself. What has left this machine they cannot change: the log of the process, the
file beside a backup, the mail of a day, a bundle of evidence, a page that somebody printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes

from app.records.audit_chain import Checkpoint, end_of_chain
from app.records.database import Database
from app.records.signing import public_key, sign

_WORD = re.compile(rb"(?<![0-9A-Za-z])([0-9]{1,18}):([0-9a-f]{64}):([0-9a-f]{128})(?![0-9A-Za-z])")


def checkpoint_text(database: Database) -> str:
    """Where the chain ends, signed with the desk's own key; empty while there is no entry."""
    with database.reading() as session:
        end = end_of_chain(session)
    if not end.number:
        return ""
    _, signed = sign(database)
    return f"{end.number}:{end.digest}:{signed(_message(end)).hex()}"


def words_in(data: bytes) -> Sequence[bytes]:
    """Whatever looks like a checkpoint, in a log, a bundle, a mail, a page or any other file."""
    plain = list(dict.fromkeys(found[0] for found in _WORD.finditer(data)))
    return plain or [found[0] for part in _parts(data) for found in _WORD.finditer(part)]


def _parts(data: bytes) -> Iterator[bytes]:
    """What a mail says, which may have travelled in Base64 or with its long lines broken."""
    for part in message_from_bytes(data).walk():
        said = part.get_payload(decode=True)
        if isinstance(said, bytes):
            yield said


def ours_among(database: Database, words: Sequence[bytes]) -> list[Checkpoint]:
    """Those that this desk has signed, in the order of their places."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key, ours = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key(database))), []
    for word in words:
        number, digest, signature = word.decode("ascii").split(":")
        end = Checkpoint(int(number), digest)
        try:
            key.verify(bytes.fromhex(signature), _message(end))
        except InvalidSignature:
            continue
        ours.append(end)
    return sorted(ours, key=lambda one: one.number)


def _message(end: Checkpoint) -> bytes:
    """What is signed: it says what it is, so that it can pass for nothing else that we sign."""
    return f"NET CASH Desk audit checkpoint {end.number}:{end.digest}".encode()
