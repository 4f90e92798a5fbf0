"""Orders can be found by any part of what is known of them, sorted, and shown with their family.

The rows of the search are not written here: orders wait as not filed, and the desk files them in
batches while it serves. A new fold is filed the same way.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

YEN = "coalesce(amount + coalesce(tax, 0), said_amount + coalesce(said_tax, 0))"
PAID_AT = "CASE WHEN status = 'PAYSUCCESS' THEN status_at END"
FAMILY = {
    "postgresql": r"regexp_replace(order_id, '(.)-[1-9][0-9]?$', '\1')",
    "sqlite": "CASE WHEN order_id GLOB '?*-[1-9]' THEN substr(order_id, 1, length(order_id) - 2)"
    " WHEN order_id GLOB '?*-[1-9][0-9]' THEN substr(order_id, 1, length(order_id) - 3)"
    " ELSE order_id END",
}

INDEXES = {
    "ix_orders_yen": ["environment", "yen", "id"],
    "ix_orders_paid": ["environment", "paid_at", "id"],
    "ix_orders_family": ["shop_key", "family"],
    "ix_orders_filed": ["filed", "id"],
}

# What may need a person (0004), and besides it an order of a family of which another was paid.
WATCHED = (
    "conflict IS NOT NULL"
    " OR status = 'unknown' AND (source IN ('entry', 'exec')"
    " OR origin = 'callback' AND status_at IS NULL)"
    " OR status <> 'PAYSUCCESS' AND unproven_at IS NOT NULL"
    " AND (spoken_at IS NULL OR unproven_at > spoken_at)"
)
DOUBLE_PAYMENT = " OR double_payment = 'open'"
WATCHED_COLUMNS = [
    *("environment", "id", "conflict", "status", "source", "origin"),
    *("status_at", "unproven_at", "spoken_at"),
]

# Every gram is a word of its own, whatever it is made of; only blanks part them.
FILES = """
CREATE VIRTUAL TABLE order_grams USING fts5(
    grams, content='order_search', content_rowid='number', detail='none', columnsize=0,
    tokenize='unicode61 remove_diacritics 0 categories ''L* M* N* P* S* C*'''
)"""
ADDED = "INSERT INTO order_grams (rowid, grams) VALUES (new.number, new.grams);"
REMOVED = (
    "INSERT INTO order_grams (order_grams, rowid, grams) VALUES ('delete', old.number, old.grams);"
)
TRIGGERS = {
    "order_search_added": f"AFTER INSERT ON order_search BEGIN {ADDED} END",
    "order_search_removed": f"AFTER DELETE ON order_search BEGIN {REMOVED} END",
    "order_search_changed": f"AFTER UPDATE OF grams ON order_search BEGIN {REMOVED} {ADDED} END",
}


def upgrade() -> None:
    _add_columns()
    op.drop_index("ix_orders_watched", "orders")
    _watch([*WATCHED_COLUMNS, "double_payment"], WATCHED + DOUBLE_PAYMENT)
    for name, columns in INDEXES.items():
        op.create_index(name, "orders", columns)
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    grams = sa.Text().with_variant(sa.ARRAY(sa.Text()), "postgresql")
    reference = sa.ForeignKey("orders.id", ondelete="CASCADE")
    op.create_table(
        "order_search",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("order_key", sa.String(32), reference, nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("grams", grams, nullable=False),
    )
    op.create_index("ix_order_search_order_key", "order_search", ["order_key"], unique=True)
    if _dialect() == "postgresql":
        # What is not merged into the index yet is read through at each search.
        op.create_index(
            "ix_order_search_grams",
            "order_search",
            ["grams"],
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": 256},
        )
    else:
        op.execute(FILES)
        for name, action in TRIGGERS.items():
            op.execute(f"CREATE TRIGGER {name} {action}")


def downgrade() -> None:
    if _dialect() == "sqlite":
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
        op.execute("DROP TABLE order_grams")
    op.drop_table("order_search")
    for name in INDEXES:
        op.drop_index(name, "orders")
    op.drop_index("ix_orders_watched", "orders")
    for name in ("double_payment", "filed", "family", "paid_at", "yen"):
        op.drop_column("orders", name)
    _watch(WATCHED_COLUMNS, WATCHED)


def _watch(columns: list[str], condition: str) -> None:
    op.create_index(
        "ix_orders_watched",
        "orders",
        columns,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )


def _add_columns() -> None:
    kept = _dialect() == "postgresql"
    moment = sa.DateTime(timezone=True)
    number = sa.String(27).with_variant(sa.String(27, collation="C"), "postgresql")
    for column in (
        sa.Column("yen", sa.BigInteger(), sa.Computed(YEN, persisted=kept)),
        sa.Column("paid_at", moment, sa.Computed(PAID_AT, persisted=kept)),
        sa.Column("family", number, sa.Computed(FAMILY[_dialect()], persisted=kept)),
        sa.Column("filed", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("double_payment", sa.String(4), nullable=True),
    ):
        op.add_column("orders", column)


def _dialect() -> str:
    return op.get_bind().dialect.name
