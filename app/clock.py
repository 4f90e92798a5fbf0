"""The time. Asked for here and nowhere else, so that whoever reads one knows its zone."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment in UTC, aware."""
    return datetime.now(UTC)
