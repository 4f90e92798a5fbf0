"""Indexes of callbacks that hold those alone of which there is something to find.

Revision ID: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_callbacks_verdict": (["verdict", "id"], "verdict IS NOT NULL"),
    "ix_callbacks_digest": (["digest", "id"], "judged_at IS NOT NULL"),
    "ix_callbacks_copy_of": (["copy_of"], "copy_of IS NOT NULL"),
    "ix_callbacks_order_key": (["order_key"], "order_key IS NOT NULL"),
}


def upgrade() -> None:
    for name, (columns, which) in INDEXES.items():
        op.drop_index(name, "callbacks")
        only = sa.text(which)
        op.create_index(name, "callbacks", columns, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    for name, (columns, _) in INDEXES.items():
        op.drop_index(name, "callbacks")
        op.create_index(name, "callbacks", columns)
