"""The folder of all that we write: ours alone, with the key that opens what is sealed in it."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from contextlib import suppress
from pathlib import Path

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600

FILES = ("*.db", "*.db-wal", "*.db-shm", "secret.key")
"""What lies there and holds secrets. An earlier version left it readable to everybody."""

KEY_LENGTH = 32
"""Characters of the shortest key in a file. Ours has twice as many: a shorter one was cut off."""

RESERVE = 1024 * 1024
"""Bytes that are set aside, and given back when a start finds the disk full: to be read, a SQLite
file wants a little room beside it."""


class FolderProblem(Exception):
    """The folder, or the key in it, cannot be used. The message is one sentence."""


def private_from_now_on() -> None:
    """Let whatever this process makes be readable to its own user alone."""
    os.umask(0o777 & ~PRIVATE_FOLDER)


def prepare(folder: Path) -> None:
    """Make the folder, or make what is in it ours alone. Raises FolderProblem.

    A folder that is there already stays as its owner has it: others may have a right to it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    except OSError as error:
        raise FolderProblem(f"DATA_DIR cannot be used: {error.strerror}.") from None
    for pattern in FILES:
        for path in folder.glob(pattern):
            _make_private(path)
    _keep_reserve(folder / "reserve")


def kept_key(path: Path, database: Path) -> str:
    """The key in this file, made where there is neither a file nor a database. Two starts at once
    agree on one key. Raises FolderProblem.
    """
    # In this order: whoever made the database had made its key before.
    there = database.exists()
    if not path.exists():
        if there:
            raise FolderProblem(
                f"{path} is missing, and what is sealed in {database.name} opens with no other key:"
                " put the file back, or set SECRET_KEY to what was in it."
            )
        _make_key(path)
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise FolderProblem(f"{path} cannot be read: {error.strerror}.") from None
    if problem := _problem(key):
        remedy = (
            "put the right file back, or set SECRET_KEY to what was in it."
            if there
            else "delete it, and the next start makes a new one."
        )
        raise FolderProblem(f"{path} {problem}: {remedy}")
    return key.decode("ascii")


def older_key(path: Path) -> str | None:
    """The key that this one stands in for, until everything is sealed anew."""
    try:
        return _old(path).read_text("ascii").strip() or None
    except OSError:
        return None


def put_new_key(path: Path) -> None:
    """Put a new key in this one's place, and keep this one beside it. Raises FolderProblem."""
    draft = _draft_of(path)
    try:
        with suppress(FileExistsError):
            _old(path).hardlink_to(path)
        _write_durably(draft, secrets.token_urlsafe(48).encode())
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise FolderProblem(f"{path} cannot be written: {error.strerror}.") from None


def drop_older_key(path: Path) -> None:
    """Nothing is sealed with it any more."""
    _old(path).unlink(missing_ok=True)
    sync_folder(path.parent)


def _old(path: Path) -> Path:
    return path.with_name(f"{path.name}.old")


def _problem(key: bytes) -> str | None:
    if not key:
        return "is empty"
    if not key.isascii() or not key.decode("ascii").isprintable():
        return "holds no key"
    return None if len(key) >= KEY_LENGTH else "holds only a part of a key"


def _make_key(path: Path) -> None:
    draft = _draft_of(path)
    try:
        _write_durably(draft, secrets.token_urlsafe(48).encode())
        # A link appears whole or not at all, and the second to come finds the first one's.
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
        sync_folder(path.parent)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise FolderProblem(f"{path} cannot be written: {error.strerror}.") from None


def _draft_of(path: Path) -> Path:
    # This start's alone: in containers that share a folder two processes have one number.
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}")


def _write_durably(path: Path, content: bytes) -> None:
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE), "wb"
    ) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Have the disk know the names in a folder: a file without its name is lost."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _make_private(path: Path) -> None:
    # Somebody else's file is not ours to change.
    with suppress(OSError):
        if stat.S_IMODE(path.stat().st_mode) & ~PRIVATE_FILE:
            path.chmod(PRIVATE_FILE)


def _keep_reserve(path: Path) -> None:
    with suppress(OSError):
        free = shutil.disk_usage(path.parent).free
        if free < RESERVE:
            path.unlink(missing_ok=True)
        elif free > 4 * RESERVE and not path.exists():
            path.write_bytes(bytes(RESERVE))
