"""Indexes for what was read in the time of the whole table, once that has a million rows.

Revision ID: 0020
"""

from collections.abc import Mapping

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NEW: Mapping[str, tuple[str, list[str]]] = {
    "ix_exchanges_outcome": ("exchanges", ["outcome", "environment", "id"]),
    "ix_audit_entries_action": ("audit_entries", ["action", "id"]),
    # Sums are read from it alone.
    "ix_orders_paid": ("orders", ["environment", "paid_at", "id", "yen"]),
    "ix_refunds_decided": ("refunds", ["state", "decided_at"]),
}


def upgrade() -> None:
    op.drop_index("ix_exchanges_outcome", table_name="exchanges")
    op.drop_index("ix_orders_paid", table_name="orders")
    for name, (table, columns) in NEW.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, (table, _) in NEW.items():
        op.drop_index(name, table_name=table)
    op.create_index("ix_exchanges_outcome", "exchanges", ["outcome"])
    op.create_index("ix_orders_paid", "orders", ["environment", "paid_at", "id"])
