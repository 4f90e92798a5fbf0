"""How the conditions of the desk look: their names, and a mark for each level."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.desk.health.conditions import Condition, Level, worst
from app.protocol.words import N_

NAMES: Mapping[str, str] = {
    "storing": N_("Storing"),
    "judging": N_("Judging results"),
    "lookups": N_("Lookups"),
    "work": N_("Processes"),
    "disk": N_("Disk"),
    "backup": N_("Backup"),
    "gateway": N_("Gateway"),
    "proxy": N_("Proxy"),
}

MARKS: Mapping[Level, tuple[str, str]] = {
    Level.OK: ("circle-check", "good"),
    Level.WARN: ("alert-triangle", "warn"),
    Level.BAD: ("circle-x", "bad"),
}
"""The icon and the tone of each level."""


def state_context(conditions: Sequence[Condition]) -> dict[str, Any]:
    """What the state line needs."""
    return {
        "state": worst(conditions),
        "conditions": conditions,
        "troubles": [one for one in conditions if one.level is not Level.OK],
        "condition_names": NAMES,
        "level_marks": MARKS,
    }
