"""The page of people: inviting, changing roles, putting out."""

import re

import httpx
import pytest
from starlette.applications import Starlette

from app.records.accounts import Role, User, user_by_email
from tests.cast import ADMIN, OPERATOR, PASSWORD
from tests.conftest import browser_for

pytestmark = pytest.mark.anyio

NEW = "new@example.jp"


def the(app: Starlette, email: str) -> User:
    with app.state.desk.database.reading() as session:
        user = user_by_email(session, email)
        assert user is not None
        return user


def link_in(text: str) -> str:
    found = re.search(r'data-invitation="([^"]+)"', text)
    assert found
    return found[1]


async def test_somebody_who_is_invited_chooses_a_password_and_gets_in(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    made = await client.post("/settings/users", data={"email": NEW, "role": "operator"})
    link = link_in(made.text)
    assert made.headers["cache-control"] == "no-store"
    async with browser_for(desk_app, None) as newcomer:
        shown = await newcomer.get(link)
        assert f"This link signs you in as {NEW}" in shown.text
        key = httpx.URL(link).params["key"]
        assert (await newcomer.post("/login/link", data={"key": key})).status_code == 303
        chosen = {"email": NEW, "password": PASSWORD, "password_again": PASSWORD}
        assert (await newcomer.post("/settings/account", data=chosen)).status_code == 303
        assert (await newcomer.get("/orders")).status_code == 200
    assert the(desk_app, NEW).role is Role.OPERATOR
    again = (await client.get("/settings/users")).text
    assert NEW in again
    assert "data-invitation" not in again


async def test_a_form_that_cannot_be_is_shown_again_with_what_is_wrong(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/settings/users", data={"email": "nobody", "role": "owner"})
    assert answer.status_code == 422
    assert 'data-error-for="email"' in answer.text
    assert 'data-error-for="role"' in answer.text
    assert "data-invitation" not in answer.text


async def test_the_page_of_one_person_changes_role_and_puts_out(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    address = f"/settings/users/{the(desk_app, OPERATOR.email).id}"
    async with browser_for(desk_app, OPERATOR) as operator:
        assert (await client.post(address, data={"role": "viewer"})).status_code == 303
        assert the(desk_app, OPERATOR.email).role is Role.VIEWER
        assert (await operator.get("/orders")).status_code == 303
    async with browser_for(desk_app, OPERATOR) as operator:
        assert "data-sign-in" in (await client.get(address)).text
        await client.post(address, data={"action": "sign-out"})
        assert (await operator.get("/orders")).status_code == 303
    link = link_in((await client.post(address, data={"action": "link"})).text)
    await client.post(address, data={"action": "disable"})
    assert the(desk_app, OPERATOR.email).disabled_at
    async with browser_for(desk_app, None) as visitor:
        assert (await visitor.get(link)).status_code == 410
    await client.post(address, data={"action": "enable"})
    assert the(desk_app, OPERATOR.email).disabled_at is None


@pytest.mark.parametrize("form", [{"action": "nonsense"}, {"role": "owner"}, {}])
async def test_what_is_not_known_changes_nothing(
    client: httpx.AsyncClient, desk_app: Starlette, form: dict[str, str]
) -> None:
    address = f"/settings/users/{the(desk_app, OPERATOR.email).id}"
    assert (await client.post(address, data=form)).status_code == 422
    assert (await client.post("/settings/users/nobody", data=form)).status_code in {404, 422}
    assert (await client.get("/settings/users/nobody")).status_code == 404


async def test_the_last_administrator_is_told_why_they_stay(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    address = f"/settings/users/{the(desk_app, ADMIN.email).id}"
    answer = await client.post(address, data={"action": "disable"})
    assert answer.status_code == 422
    assert "There would be no administrator left" in answer.text
