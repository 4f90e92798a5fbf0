"""One figure of a benchmark."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """A value with its unit and, where there is a floor, its ratio to it and the target.

    `target` reads like "<= 1.5"; `holds` is None where nothing is promised.
    """

    name: str
    value: float
    unit: str
    ratio: float | None = None
    target: str | None = None
    holds: bool | None = None

    def line(self) -> str:
        """One line for a person."""
        ratio = "" if self.ratio is None else f"ratio {self.ratio:.2f}"
        verdict = {True: "holds", False: "MISSED", None: ""}[self.holds]
        target = self.target or ""
        return f"{self.name:<58}{self.value:>12,.2f} {self.unit:<8}{ratio:<12}{target:<9}{verdict}"


def at_most(name: str, value: float, unit: str, limit: float, floor: float) -> Measurement:
    """A figure that may be at most `limit` times its floor."""
    ratio = value / floor
    return Measurement(name, value, unit, round(ratio, 3), f"<= {limit}", ratio <= limit)


def at_least(name: str, value: float, unit: str, limit: float, floor: float) -> Measurement:
    """A figure that must reach at least `limit` times its floor."""
    ratio = value / floor
    return Measurement(name, value, unit, round(ratio, 3), f">= {limit}", ratio >= limit)


def plain(name: str, value: float, unit: str) -> Measurement:
    """A figure without a promise: the floor itself, or one that is reported only."""
    return Measurement(name, value, unit)


def within(name: str, value: float, unit: str, limit: float) -> Measurement:
    """A figure with an absolute limit (bytes on the wire: no machine changes them)."""
    return Measurement(name, value, unit, None, f"<= {limit:g}", value <= limit)
