"""The secrets that this process has in clear at the moment."""

from __future__ import annotations

import threading
from collections.abc import Iterable

SHORTEST = 6
"""Characters. What is shorter stands in innocent text too often; by its name it is hidden still."""

SHORTEST_NUMBER = 12
"""The same of digits alone: amounts and OrderIDs are made of them."""

LIMIT = 256
"""How many are known at once. Those that were used last stay; a desk has a handful that last."""

_BEYOND_ASCII = ("cp932", "utf-16-le", "utf-16-be")
"""How a secret may be written in bytes besides UTF-8. Of ASCII the readings take the NULs out."""


class Known:
    """Secrets in clear, each with the bytes by which it is found."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str | bytes, tuple[bytes, ...]] = {}
        self._needles: tuple[bytes, ...] | None = ()

    def hold(self, *secrets: str | bytes | None) -> None:
        """From now on these are hidden. What is held already only counts as used."""
        for secret in secrets:
            if secret and tells(secret):
                with self._lock:
                    self._hold(secret)

    def _hold(self, secret: str | bytes) -> None:
        known = self._held.pop(secret, None)
        self._held[secret] = known or forms(secret)
        if known:
            return
        if len(self._held) > LIMIT:
            del self._held[next(iter(self._held))]
        self._needles = None

    def needles(self) -> tuple[bytes, ...]:
        """What to look for."""
        needles = self._needles
        if needles is None:
            with self._lock:
                needles = tuple(form for each in self._held.values() for form in each)
                self._needles = needles
        return needles


def tells(secret: str | bytes) -> bool:
    """Whether it may be looked for by itself."""
    return len(secret) >= (SHORTEST_NUMBER if secret.isdigit() else SHORTEST)


def forms(secret: str | bytes) -> tuple[bytes, ...]:
    """The bytes of one secret, in each encoding that writes it otherwise."""
    if isinstance(secret, bytes):
        return (secret,)
    found = [secret.encode("utf-8", "surrogatepass")]
    if tells(squeezed := "".join(secret.split())) and squeezed != secret:
        found.append(squeezed.encode("utf-8", "surrogatepass"))
    if not secret.isascii():
        found += [secret.encode(name, "ignore") for name in _BEYOND_ASCII]
    return tuple(form for form in found if len(form) >= SHORTEST)


def forms_of(secrets: Iterable[str], shortest: int) -> tuple[bytes, ...]:
    """The same of several, of which those of so many characters tell."""
    telling = (secret for secret in secrets if len(secret) >= shortest)
    return tuple(secret.encode("utf-8", "surrogatepass") for secret in telling)


_known = Known()
hold = _known.hold
needles = _known.needles
