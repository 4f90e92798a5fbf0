"""An index for the list of callbacks by verdict, of which a million may have another environment.

Revision ID: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

NAME = "ix_callbacks_listed"
JUDGED = sa.text("verdict IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        NAME,
        "callbacks",
        ["environment", "verdict", "copy_of", "id"],
        sqlite_where=JUDGED,
        postgresql_where=JUDGED,
    )


def downgrade() -> None:
    op.drop_index(NAME, "callbacks")
