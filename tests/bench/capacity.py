"""What one machine carries, reckoned from figures that the bench measures: arithmetic, no load.

`python -m tests.bench.capacity 3700 17` takes the machine's floor (durable inserts a second) and
the kilobytes that an order has on the disk with all that hangs on it, and prints up to how many
orders a day each part suffices, the scarcest first.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from app.demo.times import BUSY
from app.desk.gateway_calls.scheduled_lookups import AT_ONCE

BUSIEST_HOUR = max(BUSY) / sum(BUSY)
"""The share of a day's orders in its busiest hour, as the demonstration has them."""

RESULTS, LOOKUPS = 1.2, 2.0
"""Of an order: one result in five comes twice; most are looked up once, the abandoned hourly."""

RUSH = 10.0
"""How many times the busiest hour's average comes in its worst second. A choice."""

ANSWERED, JUDGED = 0.4, 0.2
"""Shares of the floor that are promised."""

LOOKUP_SECONDS = 0.3
"""What the gateway takes for an answer. Assumed: nothing of it is measured here."""

DISK_GIGABYTES, KEPT_YEARS = 1000.0, 3.0


def orders_a_day(floor: float, kilobytes: float) -> Mapping[str, float]:
    """Up to how many orders a day each part suffices."""
    worst_second = BUSIEST_HOUR / 3600 * RESULTS * RUSH
    hour = BUSIEST_HOUR / 3600
    return {
        "results answered in the worst second": ANSWERED * floor / worst_second,
        "results judged within the busiest hour": JUDGED * floor / (hour * RESULTS),
        "lookups within the busiest hour": AT_ONCE / LOOKUP_SECONDS / (hour * LOOKUPS),
        "a disk of 1 TB for three years": DISK_GIGABYTES * 1e6 / kilobytes / (365 * KEPT_YEARS),
    }


def main(floor: str, kilobytes: str) -> None:
    """Print the parts, the scarcest first."""
    parts = orders_a_day(float(floor), float(kilobytes))
    for name, number in sorted(parts.items(), key=lambda part: part[1]):
        print(f"{name:<45}{number:>14,.0f} orders a day")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
