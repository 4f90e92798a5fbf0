"""The audit log's page: what is in it, how it is narrowed, and its download."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.desk.accounts import throttle
from app.records import audit_lists
from app.records.accounts import AuditEntry
from app.records.audit_chain import verify
from tests.cast import ADMIN, APPROVER, OPERATOR, VIEWER
from tests.conftest import browser_for

pytestmark = pytest.mark.anyio


def recorded(app: Starlette) -> list[AuditEntry]:
    with app.state.desk.database.reading() as session:
        return list(session.exec(select(AuditEntry).order_by(AuditEntry.id)).all())


def shown(answer: httpx.Response) -> list[str]:
    return re.findall(r'data-audit="([\w-]+)"', answer.text)


async def test_what_people_did_is_listed_and_narrowed(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    await client.post("/settings/users", data={"email": "new@example.jp", "role": "viewer"})
    async with browser_for(desk_app, OPERATOR) as operator:
        await operator.post("/logout")
    assert shown(await client.get("/audit")) == ["signed-out", "user-invited"]
    assert shown(await client.get("/audit?action=user-invited")) == ["user-invited"]
    assert shown(await client.get("/audit?who=OGAWA")) == ["signed-out"]
    assert shown(await client.get("/audit?about=new@")) == ["user-invited"]
    assert len(shown(await client.get("/audit?where=127.0.0."))) == 2
    assert shown(await client.get("/audit?where=203.0.113.")) == []
    assert shown(await client.get("/audit?to=2020-01-01")) == []
    assert len(shown(await client.get("/audit?from=2020-01-01"))) == 2
    assert "is not a day" in (await client.get("/audit?from=soon")).text


async def test_a_word_is_looked_for_a_stretch_at_a_time_and_found_however_far_back(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", *(f"later{number}" for number in range(7))):
        invitation = {"email": f"{name}@example.jp", "role": "viewer"}
        await client.post("/settings/users", data=invitation)
    monkeypatch.setattr(audit_lists, "READ_AT_ONCE", 3)
    address, seen = "/audit?about=first", []
    while address:
        answer = await client.get(address)
        seen.append(len(shown(answer)))
        older = re.search(r'href="([^"]+)" rel="next"', answer.text)
        assert ("data-reached" in answer.text) is bool(older)
        address = unescape(older[1]) if older else ""
    assert seen == [0, 0, 1]
    assert len((await client.get("/audit.csv?about=first")).text.splitlines()) == 2
    # What an index finds is read as far as it takes.
    assert len(shown(await client.get("/audit?action=user-invited"))) == 8


async def test_its_download_is_what_the_page_shows_and_is_recorded_itself(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    await client.post("/settings/users", data={"email": "new@example.jp", "role": "viewer"})
    lines = (await client.get("/audit.csv?action=user-invited")).text.splitlines()
    assert lines[0].startswith("\ufeffNumber,At (JST),Who,What")
    assert len(lines) == 2
    assert ADMIN.email in lines[1]
    assert recorded(desk_app)[-1].action == "exported"
    assert (await client.get("/audit.csv?from=soon")).status_code == 303


async def test_what_was_refused_is_recorded(desk_app: Starlette) -> None:
    async with browser_for(desk_app, VIEWER) as viewer:
        assert (await viewer.post("/orders")).status_code == 403
        assert (await viewer.get("/settings/users")).status_code == 403
    found = [(one.action, one.email, one.subject) for one in recorded(desk_app)]
    assert found == [
        ("refused", VIEWER.email, "POST /orders"),
        ("refused", VIEWER.email, "GET /settings/users"),
    ]


async def test_sign_ins_that_fail_are_recorded_without_what_was_typed(
    visitor: httpx.AsyncClient, desk_app: Starlette
) -> None:
    for email in (APPROVER.email, "my password by mistake"):
        await visitor.post("/login", data={"email": email, "password": "a wrong one"})
    for _ in range(throttle.PER_PAIR + 2):
        await visitor.post("/login", data={"email": APPROVER.email, "password": "a wrong one"})
    found = recorded(desk_app)
    assert [one.email for one in found[:2]] == [APPROVER.email, ""]
    assert {one.remote_address for one in found} == {"127.0.0.1"}
    actions = [one.action for one in found]
    assert actions.count("sign-in-failed") == throttle.PER_PAIR + 1
    assert actions.count("sign-in-throttled") == 1
    written = " ".join(str(one.model_dump()) for one in found)
    assert "a wrong one" not in written
    assert "by mistake" not in written


async def test_a_storm_of_failures_does_not_fill_it(
    visitor: httpx.AsyncClient, desk_app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "MANY", 2)
    for _ in range(4):
        await visitor.post("/login", data={"email": OPERATOR.email, "password": "x"})
    assert len(recorded(desk_app)) == 2


async def test_whatever_the_pages_write_is_one_whole_chain(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    await client.post("/settings/users", data={"email": "new@example.jp", "role": "viewer"})
    await client.get("/audit.csv")
    with desk_app.state.desk.database.reading() as session:
        report = verify(session)
    assert (report.valid, report.fault) == (2, None)


async def test_what_another_site_sent_is_recorded_once_in_a_while(
    visitor: httpx.AsyncClient, desk_app: Starlette
) -> None:
    for _ in range(3):
        foreign = {"Origin": "https://evil.example"}
        assert (await visitor.post("/login", headers=foreign)).status_code == 403
    found = [(one.action, one.remote_address) for one in recorded(desk_app)]
    assert found == [("refused-elsewhere", "127.0.0.1")]
