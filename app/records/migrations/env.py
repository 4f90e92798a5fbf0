"""How Alembic reaches the database: in one transaction that only one process can hold."""

from alembic import context
from sqlalchemy import Engine, text

from app.records.tables import metadata

LOCK = 7_216_160_016
"""Any constant: the advisory lock that serialises migrations on PostgreSQL."""


def run(engine: Engine) -> None:
    """Migrate under a lock. On SQLite the lock is the immediate transaction itself."""
    with engine.execution_options(immediate=True, unhurried=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            transactional_ddl=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run(context.config.attributes["engine"])
