"""New gateway addresses of production shops wait for a second administrator.

Revision ID: 0023b
"""

import sqlalchemy as sa
from alembic import op

revision = "0023b"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gateway_proposals",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("shop_key", sa.String(32), sa.ForeignKey("shops.id"), nullable=False),
        sa.Column("gateway_url", sa.String(200), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_by", sa.String(32), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("shop_key"),
    )


def downgrade() -> None:
    op.drop_table("gateway_proposals")
