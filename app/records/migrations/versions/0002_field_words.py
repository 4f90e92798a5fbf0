"""The tables get the words that the code uses, and lose what nothing ever wrote.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = {
    "deeds": "audit_entries",
    "launches": "payment_links",
    "notices": "notifications",
    "evictions": "dropped_callbacks",
    "rejudgements": "verdict_changes",
}

INDEXES = {
    "audit_entries": {"ix_deeds_order_key": ("ix_audit_entries_order_key", ["order_key"])},
    "payment_links": {"ix_launches_order_key": ("ix_payment_links_order_key", ["order_key"])},
    "notifications": {
        "ix_notices_order": ("ix_notifications_order", ["order_key", "id"]),
        "ix_notices_shop": ("ix_notifications_shop", ["shop_id", "id"]),
        "ix_notices_unread": ("ix_notifications_unread", ["read_at", "id"]),
    },
    "verdict_changes": {
        "ix_rejudgements_callback_key": ("ix_verdict_changes_callback_key", ["callback_key"])
    },
}


def upgrade() -> None:
    for before, after in TABLES.items():
        op.rename_table(before, after)
    for table, indexes in INDEXES.items():
        for before, (after, columns) in indexes.items():
            op.drop_index(before, table_name=table)
            op.create_index(after, table, columns, unique=False)
    op.drop_column("shops", "closed_at")
    # A role that gave no right beyond an operator's; it comes back with the rights it is for.
    users = sa.table("users", sa.column("role", sa.String))
    op.execute(users.update().where(users.c.role == "approver").values(role="operator"))


def downgrade() -> None:
    op.add_column("shops", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    for table, indexes in INDEXES.items():
        for before, (after, columns) in indexes.items():
            op.drop_index(after, table_name=table)
            op.create_index(before, table, columns, unique=False)
    for before, after in TABLES.items():
        op.rename_table(after, before)
