"""Callbacks without a verdict: found by rank, tried, set aside.

Revision ID: 0012b
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012b"
down_revision = "0012"
branch_labels = None
depends_on = None


def _columns() -> Sequence[sa.Column[Any]]:
    return (
        sa.Column("rank", sa.SmallInteger(), nullable=False, server_default="2"),
        sa.Column("tries", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("trouble", sa.String(120), nullable=True),
        sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True),
    )


def upgrade() -> None:
    for column in _columns():
        op.add_column("callbacks", column)
    op.drop_index("ix_callbacks_unjudged", table_name="callbacks")
    _index("ix_callbacks_waiting", ["rank", "id"], "judged_at IS NULL AND set_aside_at IS NULL")
    _index("ix_callbacks_set_aside", ["id"], "set_aside_at IS NOT NULL")


def _index(name: str, columns: list[str], condition: str) -> None:
    only = sa.text(condition)
    op.create_index(name, "callbacks", columns, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    for name in ("ix_callbacks_set_aside", "ix_callbacks_waiting"):
        op.drop_index(name, table_name="callbacks")
    for column in _columns():
        op.drop_column("callbacks", column.name)
    op.create_index("ix_callbacks_unjudged", "callbacks", ["judged_at", "id"])
