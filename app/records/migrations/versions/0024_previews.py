"""Small pictures of attached images.

Revision ID: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023c"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment_previews",
        sa.Column(
            "id", sa.String(32), sa.ForeignKey("attachments.id"), primary_key=True, nullable=False
        ),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("attachment_previews")
