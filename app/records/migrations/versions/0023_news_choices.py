"""News: what each channel wants to hear, when it is quiet, and its digest; matters about cases.

Revision ID: 0023
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None

CHANNEL: tuple[sa.Column[Any], ...] = (
    sa.Column("muted", sa.String(400), nullable=False, server_default=""),
    sa.Column("quiet_from", sa.Integer(), nullable=True),
    sa.Column("quiet_to", sa.Integer(), nullable=True),
    sa.Column("urgent_breaks_in", sa.Boolean(), nullable=False, server_default=sa.true()),
    sa.Column("digest_hour", sa.Integer(), nullable=True),
    sa.Column("digest_day", sa.String(10), nullable=False, server_default=""),
)
MATTER: tuple[sa.Column[Any], ...] = (
    sa.Column("case_key", sa.String(32), nullable=True),
    sa.Column("case_name", sa.String(20), nullable=False, server_default=""),
)


def upgrade() -> None:
    for column in CHANNEL:
        op.add_column("news_channels", column)
    for column in MATTER:
        op.add_column("news_matters", column)


def downgrade() -> None:
    for column in MATTER:
        op.drop_column("news_matters", column.name)
    for column in CHANNEL:
        op.drop_column("news_channels", column.name)
