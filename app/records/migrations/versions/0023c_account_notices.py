"""What people are told of their own accounts.

Revision ID: 0023c
"""

import sqlalchemy as sa
from alembic import op

revision = "0023c"
down_revision = "0023b"
branch_labels = None
depends_on = None

UNSEEN = sa.text("seen_at IS NULL")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "account_notices",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("user_key", sa.String(32), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("by", sa.String(254), nullable=False),
        sa.Column("remote_address", sa.String(64), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=True),
    )
    op.create_index(
        "ix_account_notices_unseen",
        "account_notices",
        ["user_key", "id"],
        sqlite_where=UNSEEN,
        postgresql_where=UNSEEN,
    )


def downgrade() -> None:
    op.drop_table("account_notices")
