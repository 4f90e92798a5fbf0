"""People: links of their own, a second factor, sign-ins that rest.

What is short-lived is made anew: whoever is signed in signs in once more.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def _key(name: str = "id", *, optional: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(32), nullable=optional)


def _user(*, optional: bool = False) -> list["sa.schema.SchemaItem"]:
    return [
        _key("user_key", optional=optional),
        sa.ForeignKeyConstraint(["user_key"], ["users.id"]),
    ]


def _digest() -> list["sa.schema.SchemaItem"]:
    return [sa.Column("secret_digest", sa.String(64), nullable=False)]


def upgrade() -> None:
    op.add_column("users", sa.Column("totp_secret", sa.LargeBinary(), nullable=True))
    op.add_column("users", sa.Column("totp_since", TIME, nullable=True))
    op.add_column("users", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    _drop_short_lived()
    _sign_ins(sa.Column("seen_at", TIME, nullable=False), sa.Column("factor_at", TIME))
    _links(*_user(optional=True))
    op.create_index("ix_sign_in_links_user_key", "sign_in_links", ["user_key"])
    _failures(sa.Column("browser", sa.String(64), nullable=False))
    op.create_index("ix_sign_in_failures_browser", "sign_in_failures", ["browser"])
    op.create_table(
        "recovery_codes",
        _key(),
        *_user(),
        sa.Column("code_digest", sa.String(64), nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_recovery_codes_user_key", "recovery_codes", ["user_key"])


def downgrade() -> None:
    op.drop_table("recovery_codes")
    _drop_short_lived()
    _sign_ins()
    _links()
    _failures()
    with op.batch_alter_table("users") as users:
        for name in ("totp_secret", "totp_since", "totp_step"):
            users.drop_column(name)
    op.execute("UPDATE users SET role = 'operator' WHERE role = 'approver'")


def _drop_short_lived() -> None:
    for table in ("sign_ins", "sign_in_links", "sign_in_failures"):
        op.drop_table(table)


def _sign_ins(*more: "sa.schema.SchemaItem") -> None:
    op.create_table(
        "sign_ins",
        _key(),
        *_digest(),
        *_user(),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("remote_address", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(200), nullable=False),
        *more,
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_digest"),
    )
    op.create_index("ix_sign_ins_user_key", "sign_ins", ["user_key"])


def _links(*more: "sa.schema.SchemaItem") -> None:
    op.create_table(
        "sign_in_links",
        _key(),
        *_digest(),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        *more,
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_digest"),
    )


def _failures(*more: "sa.schema.SchemaItem") -> None:
    op.create_table(
        "sign_in_failures",
        _key(),
        sa.Column("at", TIME, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("remote_address", sa.String(64), nullable=False),
        *more,
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("at", "email", "remote_address"):
        op.create_index(f"ix_sign_in_failures_{column}", "sign_in_failures", [column])
