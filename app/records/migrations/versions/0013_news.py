"""News: where each person wants to hear of what needs somebody, what is open, and what is sent.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012b"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
OPEN = sa.text("ended_at IS NULL")
WAITING = sa.text("sent_at IS NULL AND given_up_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "news_channels",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("user_key", sa.String(32), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("succeeded_at", TIME, nullable=True),
        sa.Column("failed_at", TIME, nullable=True),
        sa.Column("failure", sa.String(20), nullable=False),
    )
    op.create_table(
        "news_matters",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("about", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("environment", sa.String(20), nullable=True),
        sa.Column("order_key", sa.String(32), nullable=True),
        sa.Column("order_id", sa.String(60), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("told_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
    )
    op.create_index(
        "ix_news_matters_open",
        "news_matters",
        ["about"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "news_items",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("channel_key", sa.String(32), sa.ForeignKey("news_channels.id"), nullable=False),
        sa.Column("matter_key", sa.String(32), sa.ForeignKey("news_matters.id"), nullable=True),
        sa.Column("phase", sa.String(20), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", TIME, nullable=True),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("given_up_at", TIME, nullable=True),
        sa.Column("failure", sa.String(20), nullable=False),
    )
    op.create_index(
        "ix_news_items_waiting",
        "news_items",
        ["due_at"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index("ix_news_items_channel", "news_items", ["channel_key", "id"])
    op.create_index("ix_news_items_matter", "news_items", ["matter_key"])


def downgrade() -> None:
    for table in ("news_items", "news_matters", "news_channels"):
        op.drop_table(table)
