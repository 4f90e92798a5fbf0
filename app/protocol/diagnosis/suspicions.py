"""Every text that a mismatching CheckString might have been computed over, one change away."""

from __future__ import annotations

from collections.abc import Iterator

from app.protocol.diagnosis import ours, times, writing
from app.protocol.diagnosis.suspicion import Received, Suspects, Suspicion


def suspicions(received: Received, suspects: Suspects) -> Iterator[Suspicion]:
    """All of them, the more telling first."""
    yield from ours.statuses(received)
    yield from ours.other_shops(received, suspects)
    yield from ours.other_shop_ids(received, suspects)
    yield from ours.passwords(received, suspects)
    yield from ours.orders(received, suspects)
    yield from times.known(received, suspects)
    yield from times.formats(received)
    yield from times.shifts(received)
    yield from times.mistyped(received)
    yield from writing.hashed_passwords(received)
    yield from writing.cases(received)
    yield from writing.spaces(received)
    yield from writing.encodings(received)
    yield from writing.orders_of_fields(received)
