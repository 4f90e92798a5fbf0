"""An index of the copies that prove nothing: every page asks whether one waits for somebody's word.

Revision ID: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

WHICH = (
    "copied_digest IS NOT NULL AND order_key IS NULL AND verdict <> 'verified'"
    " AND coalesce(environment, '') <> 'sandbox'"
)


def upgrade() -> None:
    some = sa.text(WHICH)
    op.create_index(
        "ix_callbacks_unproven_copies",
        "callbacks",
        ["judged_at"],
        sqlite_where=some,
        postgresql_where=some,
    )


def downgrade() -> None:
    op.drop_index("ix_callbacks_unproven_copies", "callbacks")
