"""Lists held against a third book: the gateway's own list, since when each disagreement stands,
which case a row has, and what people have said of lists with the same first line.

Revision ID: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY, TEXT = sa.String(32), sa.String(64)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "book_headers",
        sa.Column("id", KEY, nullable=False, primary_key=True),
        sa.Column("header_key", KEY, nullable=False, unique=True),
        sa.Column("columns", sa.String(200), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("said_at", TIME, nullable=False),
    )
    op.execute(
        "INSERT INTO book_headers (id, header_key, columns, words, said_at)"
        " SELECT b.id, b.header_key, b.columns, '{}', b.created_at FROM batches b"
        " WHERE b.header_key <> '' AND b.id = (SELECT max(c.id) FROM batches c"
        " WHERE c.header_key = b.header_key AND c.columns_chosen)"
    )
    columns: list[sa.Column[object]] = [
        sa.Column("words", sa.Text, nullable=False, server_default="{}"),
        sa.Column("screen", sa.LargeBinary, nullable=True),
        sa.Column("screen_facts", sa.Text, nullable=False, server_default=""),
        sa.Column("paid_from", TIME, nullable=True),
        sa.Column("paid_until", TIME, nullable=True),
    ]
    for column in columns:
        op.add_column("batches", column)
    columns = [
        sa.Column("listed", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("screen_line", sa.Integer, nullable=True),
        sa.Column("screen_yen", sa.BigInteger, nullable=True),
        sa.Column("screen_paid", sa.Boolean, nullable=True),
        sa.Column("screen_said", TEXT, nullable=False, server_default=""),
        sa.Column("began_at", TIME, nullable=True),
        sa.Column("case_key", KEY, nullable=True),
    ]
    for column in columns:
        op.add_column("batch_items", column)
    op.create_index("ix_batch_items_order", "batch_items", ["order_id", "id"])
    which = sa.text("case_key IS NOT NULL")
    op.create_index(
        "ix_batch_items_case",
        "batch_items",
        ["case_key", "batch_key"],
        sqlite_where=which,
        postgresql_where=which,
    )
    op.drop_index("ix_batches_header_key", "batches")
    op.drop_column("batches", "header_key")


def downgrade() -> None:
    op.add_column("batches", sa.Column("header_key", KEY, nullable=False, server_default=""))
    op.create_index("ix_batches_header_key", "batches", ["header_key"])
    op.drop_index("ix_batch_items_case", "batch_items")
    op.drop_index("ix_batch_items_order", "batch_items")
    for name in ("listed", "screen_line", "screen_yen", "screen_paid", "screen_said", "began_at"):
        op.drop_column("batch_items", name)
    op.drop_column("batch_items", "case_key")
    for name in ("words", "screen", "screen_facts", "paid_from", "paid_until"):
        op.drop_column("batches", name)
    op.drop_table("book_headers")
