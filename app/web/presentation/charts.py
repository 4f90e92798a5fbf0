"""Charts as numbers: where each bar of a server-rendered SVG stands. No style, no script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.desk.orders.gateway_hours import GatewayHour
from app.desk.orders.outcomes import Slot

WIDTH, HEIGHT, GAP = 720, 140, 0.25
"""Units of the picture, and how much of a slot's width stays free."""

PARTS = ("paid", "waiting", "unknown", "not_paid")
"""From the ground up, in the order of the legend."""


CALL_PARTS = ("answered", "refused", "failed")
"""Of the gateway's calls, from the ground up."""


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
    left, width = x + step * GAP / 2, step * (1 - GAP)
    bars = _bars(slot, PARTS, left, width, most)
    before = HEIGHT - slot.before * HEIGHT / max(most, 1)
    middle = x + step / 2
    return Column(slot, bars, *(round(one, 1) for one in (middle, left, width, before)))


class HourColumn(NamedTuple):
    """One hour of the gateway: the bars of its calls, and how high its answer times stand."""

    hour: GatewayHour
    bars: Sequence[Bar]
    middle: float
    left: float
    width: float
    p50_y: float | None
    p95_y: float | None


class GatewayChart(NamedTuple):
    """The hours, the most calls that one has, and the longest time: what the full height means."""

    columns: Sequence[HourColumn]
    most: int
    longest_ms: int


def gateway_chart(hours: Sequence[GatewayHour]) -> GatewayChart:
    """The calls of these hours side by side, and their answer times in a picture of their own."""
    most = max(hour.asked for hour in hours)
    longest = max((hour.p95 or 0 for hour in hours), default=0)
    step = WIDTH / len(hours)

    def height(ms: int | None) -> float | None:
        return None if ms is None else round(HEIGHT - ms * HEIGHT / max(longest, 1), 1)

    def column(place: int, hour: GatewayHour) -> HourColumn:
        left, width = place * step + step * GAP / 2, step * (1 - GAP)
        bars = _bars(hour, CALL_PARTS, left, width, most)
        middle, left, width = (round(one, 1) for one in (place * step + step / 2, left, width))
        return HourColumn(hour, bars, middle, left, width, height(hour.p50), height(hour.p95))

    return GatewayChart([column(*one) for one in enumerate(hours)], most, longest)


def _bars(
    slot: object, parts: Sequence[str], left: float, width: float, most: int
) -> Sequence[Bar]:
    scale, ground = HEIGHT / max(most, 1), float(HEIGHT)
    bars = []
    for part in parts:
        height = getattr(slot, part) * scale
        if height:
            ground -= height
            bars.append(Bar(part, *(round(one, 1) for one in (left, ground, width, height))))
    return bars
