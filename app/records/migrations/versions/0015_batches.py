"""Lookups of many orders: batches, and what each of their lines comes to.

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY, WORD, TEXT = sa.String(32), sa.String(20), sa.String(64)
TIME = sa.DateTime(timezone=True)
NUMBER = TEXT.with_variant(sa.String(64, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table("batches", *_batch_columns())
    op.create_index("ix_batches_page", "batches", ["environment", "id"])
    op.create_index("ix_batches_header_key", "batches", ["header_key"])
    op.create_index("ix_batches_state", "batches", ["state"])
    op.create_table("batch_items", *_item_columns())
    op.create_index("ix_batch_items_line", "batch_items", ["batch_key", "line"])
    op.create_index("ix_batch_items_verdict", "batch_items", ["batch_key", "verdict", "line"])
    for name, columns, state in (
        ("ix_batch_items_waiting", ["batch_key", "line"], "waiting"),
        ("ix_batch_items_asking", ["exchange_key"], "asking"),
    ):
        which = sa.text(f"state = '{state}'")
        op.create_index(name, "batch_items", columns, sqlite_where=which, postgresql_where=which)


def downgrade() -> None:
    op.drop_table("batch_items")
    op.drop_table("batches")


def _batch_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", KEY, nullable=False, primary_key=True),
        sa.Column("environment", WORD, nullable=False),
        sa.Column("shop_key", KEY, sa.ForeignKey("shops.id"), nullable=True),
        sa.Column("made_by", KEY, sa.ForeignKey("users.id"), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("source", sa.LargeBinary, nullable=True),
        sa.Column("written", sa.String(40), nullable=False),
        sa.Column("delimiter", sa.String(2), nullable=False),
        sa.Column("first_line", sa.Text, nullable=False),
        sa.Column("header_key", KEY, nullable=False),
        sa.Column("columns", sa.String(200), nullable=False),
        sa.Column("columns_chosen", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(200), nullable=True),
        sa.Column("state", WORD, nullable=False),
        sa.Column("judged_at", TIME, nullable=True),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("started_by", KEY, sa.ForeignKey("users.id"), nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("paused_by", WORD, nullable=True),
        sa.Column("rest_until", TIME, nullable=True),
        sa.Column("rests", sa.Integer, nullable=False),
        sa.Column("asked_at", TIME, nullable=True),
    ]


def _item_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", KEY, nullable=False, primary_key=True),
        sa.Column("batch_key", KEY, sa.ForeignKey("batches.id"), nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("order_id", NUMBER, nullable=False),
        sa.Column("problem", WORD, nullable=True),
        sa.Column("detail", TEXT, nullable=False),
        sa.Column("yen", sa.BigInteger, nullable=True),
        sa.Column("paid", sa.Boolean, nullable=True),
        sa.Column("status", sa.String(16), nullable=True),
        sa.Column("said", TEXT, nullable=False),
        sa.Column("unread", TEXT, nullable=False),
        sa.Column("shop_key", KEY, nullable=True),
        sa.Column("order_key", KEY, nullable=True),
        sa.Column("known", sa.Boolean, nullable=False),
        sa.Column("free_at", TIME, nullable=True),
        sa.Column("state", WORD, nullable=False),
        sa.Column("not_before", TIME, nullable=True),
        sa.Column("exchange_key", KEY, nullable=True),
        sa.Column("here_status", sa.String(16), nullable=True),
        sa.Column("here_yen", sa.BigInteger, nullable=True),
        sa.Column("gateway_status", sa.String(16), nullable=True),
        sa.Column("gateway_yen", sa.BigInteger, nullable=True),
        sa.Column("gateway_at", TIME, nullable=True),
        sa.Column("verdict", WORD, nullable=False),
        sa.Column("why", sa.String(24), nullable=False),
    ]
