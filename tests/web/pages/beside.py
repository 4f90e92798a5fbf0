"""For tests of what stands beside a shop: tokens, and what programs do with them."""

from __future__ import annotations

import httpx
from sqlmodel import select
from starlette.applications import Starlette

from app.desk.accounts.sessions import actor_for
from app.desk.tokens import TokenDraft, make_token
from app.records.accounts import User
from tests.cast import ADMIN


def a_token(app: Starlette, *scopes: str) -> str:
    """A token with these scopes, as a program shows it."""
    database = app.state.desk.database
    with database.reading() as session:
        admin = session.exec(select(User).where(User.email == ADMIN.email)).one()
    return make_token(database, actor_for(admin, ""), TokenDraft("a program", scopes)).secret


def shown(secret: str) -> dict[str, str]:
    """The header that shows a token."""
    return {"Authorization": f"Bearer {secret}"}


async def copied(
    visitor: httpx.AsyncClient, raw: bytes, secret: str, **headers: str
) -> httpx.Response:
    """A shop's server sends a copy."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await visitor.post("/netcash/copies", content=raw, headers=shown(secret) | named)
