"""Each person's own channels: made, tried, ended, and nobody else's to see."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.records.news import Channel, Item, Phase

pytestmark = pytest.mark.anyio

ADDRESS = "/settings/notifications"
FORM = {"kind": "slack", "name": "Ours", "address": "https://hooks.slack.com/services/T0/B0/x"}


async def test_a_channel_is_ones_own_and_what_opens_it_is_shown_to_nobody(
    desk_app: Starlette, operator: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    assert (await operator.post(ADDRESS, data=FORM)).status_code == 303
    with desk_app.state.desk.database.reading() as session:
        [channel] = session.exec(select(Channel)).all()
    shown = (await operator.get(ADDRESS)).text
    assert 'data-channel="slack"' in shown
    assert FORM["address"] not in shown
    assert "data-channel" not in (await client.get(ADDRESS)).text
    for deed in ("trials", "ends"):
        assert (await client.post(f"{ADDRESS}/{channel.id}/{deed}")).status_code == 404
    assert (await operator.post(f"{ADDRESS}/{channel.id}/trials")).status_code == 303
    with desk_app.state.desk.database.reading() as session:
        assert [one.phase for one in session.exec(select(Item))] == [Phase.TRIAL]
    assert 'data-item="trial"' in (await operator.get(ADDRESS)).text
    assert (await operator.post(f"{ADDRESS}/{channel.id}/ends")).status_code == 303
    assert (await operator.post(f"{ADDRESS}/{channel.id}/trials")).status_code == 404


async def test_what_is_wrong_stands_beside_its_field(operator: httpx.AsyncClient) -> None:
    answer = await operator.post(ADDRESS, data={"kind": "slack", "address": "x"})
    assert answer.status_code == 422
    assert re.findall(r'data-error-for="(\w+)"', answer.text) == ["name", "address"]


async def test_what_a_channel_hears_is_chosen_beside_it(
    desk_app: Starlette, operator: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    await operator.post(ADDRESS, data=FORM)
    with desk_app.state.desk.database.reading() as session:
        [channel] = session.exec(select(Channel).where(Channel.ended_at == None)).all()  # noqa: E711
    choices = {
        "event": ["conflict", "lost-results"],
        "environment": "production",
        "quiet_from": "22",
        "quiet_to": "7",
        "digest_hour": "9",
        "language": "en",
    }
    there = f"{ADDRESS}/{channel.id}"
    assert (await client.post(there, data=choices)).status_code == 404
    refused = await operator.post(there, data=choices | {"quiet_to": "25"})
    assert re.findall(r'data-error-for="(\w+)"', refused.text) == ["quiet_to"]
    assert (await operator.post(there, data=choices)).status_code == 303
    shown = (await operator.get(ADDRESS)).text
    checked = re.findall(r'name="event" value="([a-z-]+)" checked', shown)
    assert checked == ["conflict", "lost-results"]
    assert re.findall(r'<option value="(\d+)" selected', shown) == ["22", "7", "9"]
    assert 'name="urgent_breaks_in" value="on" checked' not in shown
    hears = re.search(r"data-hears>([^<]+)<", shown)
    assert hears
    assert hears[1] == (
        "2 of 14 kinds of news · Production only · quiet from 22:00 to 07:00"
        " · the day in short at 09:00 · English"
    )


async def test_an_open_tab_is_told_once_and_only_its_own(
    desk_app: Starlette, operator: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    await operator.post(ADDRESS, data={"kind": "browser", "name": "Here"})
    with desk_app.state.desk.database.reading() as session:
        channels = session.exec(select(Channel)).all()
        [channel] = [one for one in channels if one.kind == "browser"]
    assert (await operator.post("/live/news")).status_code == 204
    await operator.post(f"{ADDRESS}/{channel.id}/trials")
    assert (await client.post("/live/news")).status_code == 204
    told = (await operator.post("/live/news")).json()
    assert told["title"].startswith("NET CASH Desk: ")
    assert told["href"] == "/"
    assert (await operator.post("/live/news")).status_code == 204
