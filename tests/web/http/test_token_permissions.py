"""Which address is opened by which scope of a token: every line of the table by every token."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from starlette.applications import Starlette

from app.records.tokens import Scope
from tests.conftest import browser_for
from tests.web.http.test_permissions import address, hollow_app, lines, outcome
from tests.web.pages.beside import a_token, shown

pytestmark = pytest.mark.anyio
__all__ = ["hollow_app"]

NEEDS: Mapping[str, Scope] = {
    "copy": Scope.INTAKE,
    "api-orders": Scope.READ,
    "api-order": Scope.READ,
    "api-callbacks": Scope.READ,
    "api-lookups": Scope.LOOKUP,
}
"""By the name of its line: what a program must be allowed to. Nothing else takes a token."""


@pytest.mark.parametrize("scope", [None, "nonsense", *Scope])
async def test_an_address_for_programs_is_opened_by_its_own_scope_alone(
    desk_app: Starlette, scope: Scope | str | None
) -> None:
    if isinstance(scope, Scope):
        headers = shown(a_token(desk_app, scope))
    else:
        headers = {"Authorization": f"Bearer {scope}"} if scope else {}
    async with browser_for(desk_app, None) as program:
        for line, method in lines(desk_app):
            if line.name not in NEEDS:
                continue
            answer = await program.request(method, address(line.path), headers=headers)
            if not isinstance(scope, Scope):
                assert answer.status_code == 401, line.path
            elif NEEDS[line.name] is scope:
                assert answer.status_code not in {401, 403}, line.path
            else:
                assert answer.status_code == 403, line.path


async def test_a_token_of_every_scope_opens_no_address_for_people(
    hollow_app: Starlette,
) -> None:
    headers = shown(a_token(hollow_app, *Scope))
    async with browser_for(hollow_app, None) as program:
        for line, method in lines(hollow_app):
            without = await program.request(method, address(line.path))
            answer = await program.request(method, address(line.path), headers=headers)
            assert outcome(answer) == outcome(without), (method, line.path)


async def test_a_token_in_an_address_opens_nothing(desk_app: Starlette) -> None:
    token = a_token(desk_app, *Scope)
    query = "&".join(f"{name}={token}" for name in ("token", "access_token", "Authorization"))
    async with browser_for(desk_app, None) as program:
        assert (await program.get(f"/api/v1/orders?{query}")).status_code == 401
        assert (await program.get("/api/v1/orders", headers=shown(token))).status_code == 200
