"""`python -m app check`: is what is stored whole, is the schema ours, does the key open it, and are
the sums what the orders come to?
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.records.database import Database
from app.records.encryption import set_key
from app.records.integrity import Unusable, look_for_damage, open_a_secret, whose_schema
from app.records.order_hours import miscounted
from app.records.schema import HEAD
from app.settings import Settings


def check(settings: Settings) -> Iterator[str]:
    """What was found in order, line by line. Changes nothing. Raises Unusable at a fault."""
    database = Database(settings.resolved_database_url)
    try:
        yield from _files(database.file, settings.data_dir / "sandbox.db")
        version = whose_schema(database)
        later = "" if version == HEAD else f", which the next start brings to {HEAD}"
        yield f"The schema is {version}{later}."
        set_key(settings.resolved_secret_key, settings.older_secret_key)
        yield f"SECRET_KEY opens the passwords of {open_a_secret(database)} shops."
        if version == HEAD:
            yield _sums(database)
    finally:
        database.close()


def _sums(database: Database) -> str:
    with database.reading() as session:
        wrong = miscounted(session)
    if wrong:
        raise Unusable(
            f"{wrong} of the sums kept by the hour are not what the orders come to: stop the desk,"
            " and `python -m app recount` has them counted anew."
        )
    return "The sums kept by the hour are what the orders come to."


def _files(desk: Path | None, sandbox: Path) -> Iterator[str]:
    if desk is None:
        yield "PostgreSQL looks after its own files."
    elif not desk.exists():
        raise Unusable(f"There is no database at {desk} yet: the first start makes one.")
    for file in (desk, sandbox):
        if file and file.exists():
            look_for_damage(file)
            yield f"{file} is whole."
