"""Disagreements that stand in all lists together: what a later answer has not taken the place of.

Revision ID: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0026"
branch_labels = None
depends_on = None

INDEX, ITEMS = "ix_batch_items_stands", "batch_items"


def upgrade() -> None:
    op.add_column(ITEMS, sa.Column("stands_since", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE batch_items SET stands_since = began_at WHERE began_at IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM batch_items later"
        " WHERE later.order_id = batch_items.order_id AND later.id > batch_items.id"
        " AND later.shop_key = batch_items.shop_key"
        " AND later.verdict NOT IN ('not-asked', 'no-answer'))"
    )
    which = sa.text("stands_since IS NOT NULL")
    columns = ["stands_since", "id"]
    op.create_index(INDEX, ITEMS, columns, sqlite_where=which, postgresql_where=which)


def downgrade() -> None:
    op.drop_index(INDEX, ITEMS)
    op.drop_column(ITEMS, "stands_since")
