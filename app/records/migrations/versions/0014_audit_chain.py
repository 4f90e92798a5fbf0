"""The audit log becomes a chain that only grows: each entry holds the digest of the one before.

What is written already gets its place in the order in which it came. From then on the database
itself refuses to change or delete an entry; which order it belongs to may be forgotten.

Revision ID: 0014
"""

import json
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEPT = (
    *("id", "at", "user_key", "email", "action", "subject", "detail", "remote_address"),
    *("number", "digest", "said", "salt"),
)
BATCH = 1000
REFUSED = "audit entries only grow in number"
PERSONAL = ("email", "subject", "detail", "remote_address")

entries = sa.table(
    "audit_entries",
    sa.column("id", sa.String),
    sa.column("at", sa.DateTime(timezone=True)),
    *(sa.column(name, sa.String) for name in KEPT[2:8]),
    sa.column("number", sa.BigInteger),
    *(sa.column(name, sa.String) for name in KEPT[9:]),
)


def upgrade() -> None:
    op.add_column("audit_entries", sa.Column("number", sa.BigInteger(), nullable=True))
    op.add_column("audit_entries", sa.Column("digest", sa.String(64), nullable=True))
    op.add_column("audit_entries", sa.Column("said", sa.String(), nullable=True))
    op.add_column("audit_entries", sa.Column("salt", sa.String(32), nullable=True))
    _chain()
    op.create_index("ix_audit_entries_number", "audit_entries", ["number"], unique=True)
    if op.get_bind().dialect.name == "sqlite":
        for statement in _sqlite():
            op.execute(statement)
    else:
        for statement in _postgresql():
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entries_stay")
        op.execute("DROP TRIGGER audit_entries_as_written")
    else:
        for name in ("stay", "as_written", "all_stay"):
            op.execute(f"DROP TRIGGER audit_entries_{name} ON audit_entries")
        op.execute("DROP FUNCTION audit_entries_only_grow")
    op.drop_index("ix_audit_entries_number", table_name="audit_entries")
    with op.batch_alter_table("audit_entries") as table:
        for name in ("number", "digest", "said", "salt"):
            table.drop_column(name)


def _chain() -> None:
    bind, number, last = op.get_bind(), 0, ""
    previous = "0" * 64
    while True:
        some = sa.select(entries).where(entries.c.id > last).order_by(entries.c.id).limit(BATCH)
        rows = bind.execute(some).mappings().all()
        for row in rows:
            number, last = number + 1, row["id"]
            values = _linked(dict(row), number, previous)
            previous = values["digest"]
            bind.execute(sa.update(entries).where(entries.c.id == last).values(values))
        if len(rows) < BATCH:
            return


def _linked(row: dict[str, Any], number: int, previous: str) -> dict[str, Any]:
    salt = token_hex(16)
    at: datetime = row["at"] if row["at"].tzinfo else row["at"].replace(tzinfo=UTC)
    values = {
        "number": number,
        "previous": previous,
        "id": row["id"],
        "at": at.astimezone(UTC).isoformat(),
        "action": row["action"],
        "user": row["user_key"],
        "kept": {name: _digest(f"{salt}\0{name}\0{row[name]}") for name in PERSONAL},
    }
    said = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {"number": number, "salt": salt, "said": said, "digest": _digest(said)}


def _digest(said: str) -> str:
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _sqlite() -> tuple[str, ...]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    return (
        f"CREATE TRIGGER audit_entries_stay BEFORE DELETE ON audit_entries {refuse}",
        (
            "CREATE TRIGGER audit_entries_as_written"
            f" BEFORE UPDATE OF {', '.join(KEPT)} ON audit_entries {refuse}"
        ),
    )


def _postgresql() -> tuple[str, ...]:
    then = "EXECUTE FUNCTION audit_entries_only_grow()"
    return (
        (
            "CREATE FUNCTION audit_entries_only_grow() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
        ),
        f"CREATE TRIGGER audit_entries_stay BEFORE DELETE ON audit_entries FOR EACH ROW {then}",
        (
            "CREATE TRIGGER audit_entries_as_written"
            f" BEFORE UPDATE OF {', '.join(KEPT)} ON audit_entries FOR EACH ROW {then}"
        ),
        (
            "CREATE TRIGGER audit_entries_all_stay"
            f" BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT {then}"
        ),
    )
