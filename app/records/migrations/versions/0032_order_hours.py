"""Sums of the orders by the hour, kept as they change.

Nothing is counted here: the search's version is raised, so that the desk files all orders anew and
counts them, in batches, while it serves. Until then pages count anew.

Revision ID: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_hours",
        sa.Column("environment", sa.String(20), primary_key=True),
        sa.Column("hour", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("what", sa.String(16), primary_key=True),
        sa.Column("orders", sa.Integer, nullable=False),
        sa.Column("yen", sa.BigInteger, nullable=False),
    )
    op.add_column("orders", sa.Column("counted", sa.String(80), nullable=True))


def downgrade() -> None:
    op.drop_column("orders", "counted")
    op.drop_table("order_hours")
