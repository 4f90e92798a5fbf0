"""The desk's own key: made when it is first needed, its private half never shown."""

from __future__ import annotations

from collections.abc import Callable

from app.records.database import Database
from app.records.signing_keys import SigningKey, signing_key


def public_key(database: Database) -> str:
    """The public half in hex. Whoever pins it knows that what is signed is of this desk."""
    return _key(database).public


def sign(database: Database) -> tuple[str, Callable[[bytes], bytes]]:
    """The public half in hex, and what signs with the private one."""
    # `cryptography` is heavy, and a start needs none.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = _key(database)
    return key.public, Ed25519PrivateKey.from_private_bytes(key.private).sign


def _key(database: Database) -> SigningKey:
    with database.reading() as session:
        found = signing_key(session)
    return found or _made(database)


def _made(database: Database) -> SigningKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    with database.writing() as session:
        public = private.public_key().public_bytes_raw().hex()
        session.add(SigningKey(public=public, private=private.private_bytes_raw()))
    with database.reading() as session:
        # Two processes may have made one each: the older is the one.
        key = signing_key(session)
    assert key is not None
    return key
