"""What stands beside a real shop: tokens, copies, results handed on, imports, the shop's book.

Revision ID: 0011
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
IDENTIFIER: Any = sa.String(27).with_variant(sa.String(27, collation="C"), "postgresql")
COPIES = sa.text("copied_digest IS NOT NULL")

CALLBACKS: dict[str, Any] = {
    "channel": sa.String(20),
    "told_at": TIME,
    "token_key": sa.String(32),
    "copied_digest": sa.String(64),
}
SHOPS: dict[str, Any] = {"hand_on_to": sa.String(256), "hand_on_key": sa.String(32)}


def upgrade() -> None:
    _tokens()
    _imports()
    op.create_table(
        "book_entries",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("shop_key", sa.String(32), sa.ForeignKey("shops.id"), nullable=False),
        sa.Column("order_id", IDENTIFIER, nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("tax", sa.Integer(), nullable=False),
        sa.Column("customer", sa.String(100), nullable=False),
        sa.Column("said_at", TIME, nullable=False),
        sa.UniqueConstraint("shop_key", "order_id"),
    )
    for name, kind in CALLBACKS.items():
        op.add_column("callbacks", sa.Column(name, kind, nullable=True))
    op.create_index(
        "ix_callbacks_copy",
        "callbacks",
        ["copied_digest"],
        unique=True,
        sqlite_where=COPIES,
        postgresql_where=COPIES,
    )
    for name, kind in SHOPS.items():
        op.add_column("shops", sa.Column(name, kind, nullable=True))
    op.create_index("ix_shops_hand_on_key", "shops", ["hand_on_key"], unique=True)


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("scopes", sa.String(40), nullable=False),
        sa.Column("secret_digest", sa.String(64), nullable=False, unique=True),
        sa.Column("ending", sa.String(4), nullable=False),
        sa.Column("made_by", sa.String(32), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("made_by_email", sa.String(254), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
    )


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("made_by", sa.String(32), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("unread", sa.String(), nullable=False),
        sa.Column("unread_number", sa.Integer(), nullable=False),
    )
    op.create_table(
        "imported_results",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("import_key", sa.String(32), sa.ForeignKey("imports.id"), nullable=False),
        sa.Column("signed", sa.String(64), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("told_at", TIME, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("here", sa.Boolean(), nullable=False),
    )
    op.create_index(
        "ix_imported_results_once", "imported_results", ["import_key", "signed"], unique=True
    )


def downgrade() -> None:
    op.drop_index("ix_shops_hand_on_key", table_name="shops")
    for name in SHOPS:
        op.drop_column("shops", name)
    op.drop_index("ix_callbacks_copy", table_name="callbacks")
    for name in CALLBACKS:
        op.drop_column("callbacks", name)
    for table in ("book_entries", "imported_results", "imports", "tokens"):
        op.drop_table(table)
