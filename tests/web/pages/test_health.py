"""Whether the process lives, and whether it can serve."""

from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from app.records.database import Database, sqlite_url

pytestmark = pytest.mark.anyio


async def test_a_desk_in_order_is_alive_and_ready(visitor: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/readyz"):
        answer = await visitor.get(path)
        assert (answer.status_code, answer.text) == (200, "ok")


async def test_another_schema_is_named(desk_app: Starlette, visitor: httpx.AsyncClient) -> None:
    with desk_app.state.desk.database.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = await visitor.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "schema")


async def test_without_its_database_it_lives_but_is_not_ready(
    desk_app: Starlette, visitor: httpx.AsyncClient, tmp_path: Path
) -> None:
    desk_app.state.desk.database = Database(sqlite_url(tmp_path / "no folder" / "desk.db"))
    answer = await visitor.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "database")
    assert (await visitor.get("/healthz")).status_code == 200
