"""Cases, their files and refunds, and the key that signs evidence.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011b"
branch_labels = None
depends_on = None

KEY, EMAIL, WORD = sa.String(32), sa.String(254), sa.String(20)
TIME = sa.DateTime(timezone=True)


def _key() -> sa.Column[str]:
    return sa.Column("id", KEY, nullable=False, primary_key=True)


def _reference(name: str, target: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, KEY, sa.ForeignKey(f"{target}.id"), nullable=optional)


def _time(name: str, *, optional: bool = True) -> sa.Column[object]:
    return sa.Column(name, TIME, nullable=optional)


def upgrade() -> None:
    op.add_column("orders", sa.Column("case_closed_at", TIME, nullable=True))
    _cases()
    _files()
    _refunds()
    op.create_table(
        "reply_templates",
        sa.Column("name", sa.String(40), primary_key=True, nullable=False),
        sa.Column("language", sa.String(2), primary_key=True, nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        _reference("changed_by", "users"),
        _time("changed_at", optional=False),
    )
    op.create_table(
        "signing_keys",
        _key(),
        sa.Column("public", sa.String(64), nullable=False, unique=True),
        sa.Column("private", sa.LargeBinary, nullable=False),
        _time("made_at", optional=False),
    )


def downgrade() -> None:
    for table in (
        *(
            "signing_keys",
            "reply_templates",
            "refund_people",
            "refunds",
            "attachment_contents",
            "attachments",
        ),
        *("case_events", "case_orders", "cases"),
    ):
        op.drop_table(table)
    op.drop_column("orders", "case_closed_at")


def _cases() -> None:
    op.create_table(
        "cases",
        _key(),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("environment", WORD, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        _reference("opened_by", "users"),
        _time("opened_at", optional=False),
        _reference("assignee_key", "users", optional=True),
        _time("due_at"),
        sa.Column("decision", sa.String(4000), nullable=False),
        _reference("decided_by", "users", optional=True),
        _time("decided_at"),
        _time("closed_at"),
        _time("stirred_at"),
        sa.Column("stirred_by", sa.String(32), nullable=False),
    )
    op.create_index("ix_cases_page", "cases", ["environment", "id"])
    unfinished = sa.text("state <> 'closed'")
    op.create_index(
        "ix_cases_unfinished",
        "cases",
        ["environment", "due_at", "stirred_at"],
        sqlite_where=unfinished,
        postgresql_where=unfinished,
    )
    op.create_table(
        "case_orders",
        _key(),
        _reference("case_key", "cases"),
        _reference("order_key", "orders"),
        sa.UniqueConstraint("case_key", "order_key"),
    )
    op.create_index("ix_case_orders_order_key", "case_orders", ["order_key"])
    op.create_table(
        "case_events",
        _key(),
        _reference("case_key", "cases"),
        _time("at", optional=False),
        sa.Column("deed", WORD, nullable=False),
        _reference("user_key", "users", optional=True),
        sa.Column("email", EMAIL, nullable=False),
        sa.Column("text", sa.String(4000), nullable=False),
        sa.Column("detail", sa.String, nullable=False),
    )
    op.create_index("ix_case_events_case_key", "case_events", ["case_key"])


def _files() -> None:
    op.create_table(
        "attachments",
        _key(),
        _reference("case_key", "cases"),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        _reference("added_by", "users"),
        _time("added_at", optional=False),
    )
    op.create_index("ix_attachments_case_key", "attachments", ["case_key"])
    op.create_table(
        "attachment_contents",
        sa.Column("id", KEY, sa.ForeignKey("attachments.id"), primary_key=True, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def _refunds() -> None:
    op.create_table(
        "refunds",
        _key(),
        _reference("case_key", "cases"),
        _reference("order_key", "orders"),
        sa.Column("amount", sa.Integer, nullable=False),
        sa.Column("means", WORD, nullable=False),
        sa.Column("payout_reference", sa.String(80), nullable=False),
        _reference("receipt_key", "attachments", optional=True),
        sa.Column("state", WORD, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        _reference("proposed_by", "users"),
        _time("proposed_at", optional=False),
        _reference("decided_by", "users", optional=True),
        _time("decided_at"),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.CheckConstraint("amount > 0", name="ck_refunds_amount"),
        sa.CheckConstraint(
            "state <> 'approved' OR (decided_by IS NOT NULL AND decided_by <> proposed_by)",
            name="ck_refunds_two_people",
        ),
    )
    for column in ("case_key", "order_key", "receipt_key"):
        op.create_index(f"ix_refunds_{column}", "refunds", [column])
    proposed = sa.text("state = 'proposed'")
    op.create_index(
        "ix_refunds_one_proposal",
        "refunds",
        ["order_key"],
        unique=True,
        sqlite_where=proposed,
        postgresql_where=proposed,
    )
    op.create_table(
        "refund_people",
        sa.Column("refund_key", KEY, sa.ForeignKey("refunds.id"), primary_key=True, nullable=False),
        sa.Column("user_key", KEY, sa.ForeignKey("users.id"), primary_key=True, nullable=False),
        sa.Column("part", WORD, nullable=False),
    )
