"""An index of the copies that prove nothing: every page asks whether one waits for somebody's word.
And until when a channel of news is left alone, as its service has asked.

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
    op.add_column("news_channels", sa.Column("rests_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("news_channels", "rests_until")
    op.drop_index("ix_callbacks_unproven_copies", "callbacks")
