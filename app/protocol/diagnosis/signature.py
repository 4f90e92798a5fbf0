"""What may have happened to the CheckString itself: cut off, added to, digits changed."""

from __future__ import annotations

from app.protocol.diagnosis import ways
from app.protocol.diagnosis.ways import Way

LEAST_LEFT = 16
"""How many digits of the right CheckString must be there: who can come with fewer might be guessing
them one by one, and must not be told how far they have got."""

MOST_DAMAGED = 8


def damage(check_string: bytes, right: str) -> tuple[Way, str] | None:
    """What was done to the right CheckString to make this one of it; None for anything else."""
    came = check_string.strip().decode("ascii", "replace").lower()
    if came == right:
        spaced = came.encode() != check_string.lower()
        return (ways.SPACE_AROUND_CHECKSTRING, "") if spaced else None
    if right in came:
        return ways.CHECKSTRING_PADDED, str(len(came) - len(right))
    if len(came) >= LEAST_LEFT and came in right:
        return ways.CHECKSTRING_CUT, str(len(came))
    wrong = sum(ours != theirs for ours, theirs in zip(right, came, strict=False))
    if len(came) == len(right) and wrong <= MOST_DAMAGED:
        return ways.CHECKSTRING_DAMAGED, str(wrong)
    return None
