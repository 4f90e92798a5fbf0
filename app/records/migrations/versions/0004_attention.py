"""What needs a person: results that prove nothing count on their order, losses wait to be seen to.

Both were listed for a day and then forgotten: those that are still open are back in the list.

Revision ID: 0004
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BATCH = 1000
FINAL = ("PAYSUCCESS", "PAYFAIL", "EXPIRED")
UNPROVEN = ("mismatch", "no-checkstring", "unknown-shop", "malformed")

WATCHED = (
    "conflict IS NOT NULL"
    " OR status = 'unknown' AND (source IN ('entry', 'exec')"
    " OR origin = 'callback' AND status_at IS NULL)"
    " OR status <> 'PAYSUCCESS' AND unproven_at IS NOT NULL"
    " AND (spoken_at IS NULL OR unproven_at > spoken_at)"
)
UNSEEN = "verdict = 'unstored' AND seen_at IS NULL"

COLUMNS = [
    *("environment", "id", "conflict", "status", "source", "origin"),
    *("status_at", "unproven_at", "spoken_at"),
]
TIME = sa.DateTime(timezone=True)
orders = sa.table(
    "orders",
    sa.column("id", sa.String),
    sa.column("status", sa.String),
    sa.column("unproven_results", sa.Integer),
    sa.column("unproven_at", TIME),
    sa.column("spoken_at", TIME),
)
callbacks = sa.table(
    "callbacks",
    sa.column("order_key", sa.String),
    sa.column("verdict", sa.String),
    sa.column("received_at", TIME),
)
exchanges = sa.table(
    "exchanges",
    sa.column("order_key", sa.String),
    sa.column("call", sa.String),
    sa.column("outcome", sa.String),
    sa.column("errors", sa.String),
    sa.column("asked_at", TIME),
)


def upgrade() -> None:
    number = sa.Column("unproven_results", sa.Integer(), nullable=False, server_default="0")
    op.add_column("orders", number)
    op.add_column("orders", sa.Column("unproven_at", TIME, nullable=True))
    op.add_column("orders", sa.Column("spoken_at", TIME, nullable=True))
    op.add_column("dropped_callbacks", sa.Column("seen_at", TIME, nullable=True))
    _count_what_came()
    op.drop_index("ix_orders_conflict", table_name="orders")
    op.create_index(
        "ix_orders_watched",
        "orders",
        COLUMNS,
        sqlite_where=sa.text(WATCHED),
        postgresql_where=sa.text(WATCHED),
    )
    op.create_index(
        "ix_dropped_callbacks_unseen",
        "dropped_callbacks",
        ["at"],
        sqlite_where=sa.text(UNSEEN),
        postgresql_where=sa.text(UNSEEN),
    )


def downgrade() -> None:
    op.drop_index("ix_dropped_callbacks_unseen", table_name="dropped_callbacks")
    op.drop_index("ix_orders_watched", table_name="orders")
    op.create_index("ix_orders_conflict", "orders", ["conflict"], unique=False)
    op.drop_column("dropped_callbacks", "seen_at")
    for name in ("spoken_at", "unproven_at", "unproven_results"):
        op.drop_column("orders", name)


def _count_what_came() -> None:
    """Limits bound how many results that prove nothing there are, and so how many orders."""
    change = (
        orders.update()
        .where(orders.c.id == sa.bindparam("key"))
        .values({name: sa.bindparam(name) for name in ("unproven_results", "unproven_at")})
        .values(spoken_at=sa.bindparam("spoken_at"))
    )
    for batch in _batches(_what_came()):
        op.get_bind().execute(change, batch)


def _what_came() -> list[dict[str, Any]]:
    came = (
        sa.select(
            callbacks.c.order_key.label("key"),
            sa.func.count().label("unproven_results"),
            sa.func.max(callbacks.c.received_at, type_=TIME).label("unproven_at"),
        )
        .join_from(callbacks, orders, callbacks.c.order_key == orders.c.id)
        .where(callbacks.c.verdict.in_(UNPROVEN), orders.c.status.not_in(FINAL))
        .group_by(callbacks.c.order_key)
    )
    answered = (exchanges.c.outcome == "answered") | (exchanges.c.errors == "M01004002")
    spoken = sa.select(sa.func.max(exchanges.c.asked_at, type_=TIME)).where(
        exchanges.c.order_key == sa.bindparam("key"),
        exchanges.c.call == "SearchTradeMulti",
        answered,
    )
    connection = op.get_bind()
    rows = [dict(row) for row in connection.execute(came).mappings()]
    for row in rows:
        row["spoken_at"] = connection.execute(spoken, {"key": row["key"]}).scalar()
    return rows


def _batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for first in range(0, len(rows), BATCH):
        yield rows[first : first + BATCH]
