"""Secrets at rest: the column types that encrypt.

Shop passwords, AccessPass, Token and whole requests and answers are readable in memory
and encrypted on the disk. The key comes from SECRET_KEY once per process, by `set_key`.
"""

from __future__ import annotations

import base64
import hmac
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeDecorator

from app.redaction import hold

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class DecryptionFailed(Exception):
    """A stored secret cannot be read: SECRET_KEY is not the one it was encrypted with."""


class _Vault:
    """Holds the key. `cryptography` is heavy and a start needs none: imported at first use."""

    def __init__(self) -> None:
        self._secret_key: str | None = None
        self._older: str | None = None
        self._fernets: tuple[Fernet, ...] = ()

    def set_key(self, secret_key: str, older: str | None = None) -> None:
        """`older`: what was sealed with before, as long as not everything is sealed anew."""
        hold(secret_key, older)
        self._secret_key, self._older, self._fernets = secret_key, older, ()

    def signing_key(self) -> bytes:
        """What our own signatures are made with: apart from what encrypts."""
        if self._secret_key is None:
            raise DecryptionFailed("no SECRET_KEY has been given to this process")
        return hmac.digest(self._secret_key.encode(), b"netcash-desk signatures", "sha256")

    def fernet(self) -> Fernet:
        """What seals."""
        return self.fernets()[0]

    def fernets(self) -> tuple[Fernet, ...]:
        """What opens, the present one first."""
        if not self._fernets:
            if self._secret_key is None:
                raise DecryptionFailed("no SECRET_KEY has been given to this process")
            keys = (self._secret_key, self._older)
            self._fernets = tuple(_derive(key) for key in keys if key)
        return self._fernets


def _derive(secret_key: str) -> Fernet:
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"netcash-desk secrets at rest")
    return Fernet(base64.urlsafe_b64encode(kdf.derive(secret_key.encode())))


_vault = _Vault()
set_key = _vault.set_key


def derived(purpose: str, of: str, length: int) -> bytes:
    """Bytes that only we can work out: a key's worth of this purpose, for what `of` names."""
    mac = hmac.digest(_vault.signing_key(), f"{purpose}\0{of}".encode(), "sha256")
    return mac[:length]


def _decrypt(encrypted: bytes) -> bytes:
    from cryptography.fernet import InvalidToken

    for fernet in _vault.fernets():
        with suppress(InvalidToken):
            return fernet.decrypt(encrypted)
    raise DecryptionFailed("a stored secret was encrypted with another SECRET_KEY")


def sealed_anew(encrypted: bytes) -> bytes | None:
    """The same, sealed with the present key; None where it is already. Raises DecryptionFailed."""
    from cryptography.fernet import InvalidToken

    present = _vault.fernet()
    try:
        present.decrypt(encrypted)
    except InvalidToken:
        return present.encrypt(_decrypt(encrypted))
    return None


class EncryptedBytes(TypeDecorator[bytes]):
    """Bytes encrypted on their way into the database and decrypted on their way out."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Any) -> bytes | None:  # noqa: ARG002
        return None if value is None else _vault.fernet().encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Any) -> bytes | None:  # noqa: ARG002
        return None if value is None else _decrypt(bytes(value))


class EncryptedText(TypeDecorator[str]):
    """Text encrypted on its way into the database and decrypted on its way out.

    On both ways it is in clear, and from then on nothing that leaves may hold it.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:  # noqa: ARG002
        self._hold(value)
        return None if value is None else _vault.fernet().encrypt(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Any) -> str | None:  # noqa: ARG002
        text = None if value is None else _decrypt(bytes(value)).decode()
        self._hold(text)
        return text

    def _hold(self, text: str | None) -> None:
        hold(text)


class EncryptedAddress(EncryptedText):
    """The same for an address, which is a secret only where whoever has it may post there."""

    cache_ok = True

    def _hold(self, text: str | None) -> None:
        if text and text.startswith("https://"):
            hold(text)
