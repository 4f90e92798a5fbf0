"""Every reference that a deletion has to check gets its index, and what the limits ask for theirs.

Without one each callback that is dropped reads the whole table of changes, while nobody else can
write. `whole_length` is the length of a body of which only the beginning is kept.

Revision ID: 0006
"""

import logging

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

log = logging.getLogger(__name__)

LARGE = 100_000
"""Rows of a table from which on an index takes long enough to be told of."""

INDEXES = {
    "ix_changes_exchange": ("changes", ["exchange_key"], "exchange_key IS NOT NULL"),
    "ix_changes_callback": ("changes", ["callback_key"], "callback_key IS NOT NULL"),
    "ix_callbacks_sandbox": (
        "callbacks",
        ["environment", "verdict", "id"],
        "environment = 'sandbox' AND verdict = 'verified' AND applied IN ('agreed', 'nothing')",
    ),
    "ix_orders_sandbox": (
        "orders",
        ["environment", "origin", "id"],
        "environment = 'sandbox' AND origin = 'callback'",
    ),
}
"""By name: the table, the columns, and which rows."""


def upgrade() -> None:
    op.add_column("callbacks", sa.Column("whole_length", sa.Integer(), nullable=True))
    for name, (table, columns, which) in INDEXES.items():
        _tell_of_large(name, table)
        only = sa.text(which)
        op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    for name, (table, _, _) in INDEXES.items():
        op.drop_index(name, table_name=table)
    op.drop_column("callbacks", "whole_length")


def _tell_of_large(index: str, table: str) -> None:
    beyond = sa.select(sa.literal(1)).select_from(sa.table(table)).offset(LARGE).limit(1)
    if op.get_bind().execute(beyond).first():
        log.info("making the index %s of a large table, which may take a minute", index)
