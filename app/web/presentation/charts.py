"""Charts as numbers: where each bar of a server-rendered SVG stands. No style, no script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.desk.orders.outcomes import Slot

WIDTH, HEIGHT, GAP = 720, 140, 0.25
"""Units of the picture, and how much of a slot's width stays free."""

PARTS = ("paid", "waiting", "unknown", "not_paid")
"""From the ground up, in the order of the legend."""


class Bar(NamedTuple):
    """One rectangle: of which part, and where."""

    part: str
    x: float
    y: float
    width: float
    height: float


class Column(NamedTuple):
    """One slot: its bars, the middle of its width, and the height that a week before had."""

    slot: Slot
    bars: Sequence[Bar]
    middle: float
    left: float
    width: float
    before_y: float


class Chart(NamedTuple):
    """The columns, and the most orders that a slot has or had: what the full height means."""

    columns: Sequence[Column]
    most: int


def chart_of(slots: Sequence[Slot]) -> Chart:
    """The bars of these slots, side by side."""
    most = max(max(slot.made, slot.before) for slot in slots)
    step = WIDTH / len(slots)
    return Chart(
        [_column(slot, place * step, step, most) for place, slot in enumerate(slots)], most
    )


def _column(slot: Slot, x: float, step: float, most: int) -> Column:
    scale = HEIGHT / max(most, 1)
    left, width, ground = x + step * GAP / 2, step * (1 - GAP), float(HEIGHT)
    bars = []
    for part in PARTS:
        height = getattr(slot, part) * scale
        if height:
            ground -= height
            bars.append(Bar(part, *(round(one, 1) for one in (left, ground, width, height))))
    before = HEIGHT - slot.before * scale
    middle = x + step / 2
    return Column(slot, bars, *(round(one, 1) for one in (middle, left, width, before)))
