"""A person can be taken out of what is held: which rows, when and by whom.

An audit entry may lose what it says of a person together with its salt, and nothing else of it.

Revision ID: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

KEPT = (
    *("id", "at", "user_key", "email", "action", "subject", "detail", "remote_address"),
    *("number", "digest", "said", "salt"),
)
STAYS = tuple(name for name in KEPT if name not in ("subject", "detail", "salt"))
REFUSED = "audit entries only grow in number"


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(32), primary_key=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_key", sa.String(32), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("counts", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "erased_rows",
        sa.Column("id", sa.String(32), primary_key=True, nullable=False),
        sa.Column("erasure_key", sa.String(32), sa.ForeignKey("erasures.id"), nullable=False),
    )
    op.create_index("ix_erased_rows_erasure_key", "erased_rows", ["erasure_key"])
    op.add_column("orders", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    _as_written(erasable=True)


def downgrade() -> None:
    _as_written(erasable=False)
    op.drop_column("orders", "erased_at")
    op.drop_table("erased_rows")
    op.drop_table("erasures")


def _as_written(*, erasable: bool) -> None:
    """Refuse every change of an entry; `erasable`: but the one that takes a person out of it."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    same = "IS" if sqlite else "IS NOT DISTINCT FROM"
    stays = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in STAYS)
    when = f" WHEN (NOT (NEW.salt IS NULL AND {stays}))" if erasable else ""
    head = (
        "CREATE TRIGGER audit_entries_as_written"
        f" BEFORE UPDATE OF {', '.join(KEPT)} ON audit_entries FOR EACH ROW{when}"
    )
    if sqlite:
        op.execute("DROP TRIGGER audit_entries_as_written")
        op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END")
    else:
        op.execute("DROP TRIGGER audit_entries_as_written ON audit_entries")
        op.execute(f"{head} EXECUTE FUNCTION audit_entries_only_grow()")
