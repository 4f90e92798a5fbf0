"""`lookup_due_at` becomes the moment from which the desk itself asks.

Until now the hour of a shop's policy and the interval after silence were added when the table was
read; where the policy is never, a time stood there all the same.

Revision ID: 0003
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

HOUR = timedelta(minutes=60)
BATCH = 1000

orders = sa.table(
    "orders",
    sa.column("id", sa.String),
    sa.column("shop_key", sa.String),
    sa.column("origin", sa.String),
    sa.column("status", sa.String),
    sa.column("status_at", sa.DateTime(timezone=True)),
    sa.column("conflict", sa.String),
    sa.column("lookup_due_at", sa.DateTime(timezone=True)),
)
shops = sa.table("shops", sa.column("id", sa.String), sa.column("confirmation", sa.String))
columns = orders.c

DUE = columns.lookup_due_at.is_not(None)
SILENT = sa.and_(DUE, columns.status == "unknown", columns.status_at.is_not(None))
FIRST_MET = sa.and_(columns.origin == "callback", columns.status_at.is_(None))
REPORTED = columns.status == "PAYSUCCESS"
DISPUTED = sa.and_(columns.status != "unknown", columns.conflict.is_not(None))
BY_POLICY = sa.and_(DUE, sa.or_(REPORTED, DISPUTED, FIRST_MET))
NEVER_ASKED = sa.and_(
    DUE,
    sa.or_(
        sa.and_(columns.status == "unknown", columns.status_at.is_(None), ~FIRST_MET),
        sa.and_(columns.status == "UNPROCESSED", columns.conflict.is_(None)),
    ),
)


def upgrade() -> None:
    _move(SILENT, lambda row: max(row.lookup_due_at, row.status_at + HOUR))
    _move(BY_POLICY & _policy("after-60-minutes"), lambda row: row.lookup_due_at + HOUR)
    _forget((BY_POLICY & _policy("never"), NEVER_ASKED))


def downgrade() -> None:
    # What is asked about later than need be does no harm, and "never" needs no time.
    _move(BY_POLICY & _policy("after-60-minutes"), lambda row: row.lookup_due_at - HOUR)


def _policy(confirmation: str) -> sa.ColumnElement[bool]:
    chosen = sa.select(shops.c.id).where(shops.c.confirmation == confirmation)
    return columns.shop_key.in_(chosen)


def _move(which: sa.ColumnElement[bool], due_at: Callable[[Any], datetime]) -> None:
    # Times are added here: each database has its own arithmetic for it.
    connection = op.get_bind()
    wanted = sa.select(columns.id, columns.status_at, columns.lookup_due_at).where(which)
    rows = connection.execute(wanted).all()
    change = (
        orders.update()
        .where(columns.id == sa.bindparam("key"))
        .values(lookup_due_at=sa.bindparam("due_at"))
    )
    for first in range(0, len(rows), BATCH):
        moved = [{"key": row.id, "due_at": due_at(row)} for row in rows[first : first + BATCH]]
        connection.execute(change, moved)


def _forget(which: Iterable[sa.ColumnElement[bool]]) -> None:
    for these in which:
        op.execute(orders.update().where(these).values(lookup_due_at=None))
