"""Passkeys beside the app's codes, and the challenge that a sign-in is to answer.

The second factor is on since a moment of its own, whatever it is given with.

Revision ID: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("ALTER TABLE users RENAME COLUMN totp_since TO factor_since")
    op.add_column("sign_ins", sa.Column("challenge", sa.LargeBinary(), nullable=True))
    op.add_column("sign_ins", sa.Column("challenge_until", TIME, nullable=True))
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("user_key", sa.String(32), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("credential_id", sa.String(1364), nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
    )
    op.create_index("ix_passkeys_user_key", "passkeys", ["user_key"])


def downgrade() -> None:
    # Whoever had passkeys alone has no second factor then.
    op.execute("UPDATE users SET factor_since = NULL WHERE totp_secret IS NULL")
    op.drop_table("passkeys")
    op.drop_column("sign_ins", "challenge_until")
    op.drop_column("sign_ins", "challenge")
    op.execute("ALTER TABLE users RENAME COLUMN factor_since TO totp_since")
