"""What was done to an account is mailed to its person.

Revision ID: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without a constraint: SQLite would write the whole table anew for one.
    op.add_column("news_items", sa.Column("notice_key", sa.String(32), nullable=True))


def downgrade() -> None:
    op.drop_column("news_items", "notice_key")
