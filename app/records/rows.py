"""Rows: what is in memory, as a statement takes it that writes many at once past the session."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import SQLModel


def rows_of(records: Sequence[SQLModel], names: Sequence[str]) -> list[dict[str, Any]]:
    """The values of these columns, without those of which no record has any: to carry them costs
    the most of a row."""
    held = [vars(record) for record in records]
    named = [name for name in names if any(one[name] is not None for one in held)]
    return [{name: one[name] for name in named} for one in held]
