"""News: told once by whoever is first, said at least once, and never where a redirect leads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.clock import now
from app.desk.news import ChannelDraft, ChannelRefused, NewsSender, end, make_channel, replay, trial
from app.desk.news.channels import NOT_PUBLIC, THIS_MACHINE
from app.desk.news.event_words import ADVICE, EVENTS
from app.desk.news.matters import REMIND_AFTER, watch
from app.desk.news.messages import message
from app.desk.news.sending import PAUSES
from app.desk.news.shapes import TEAMS_BYTES, request_for
from app.records.news import Channel, ChannelKind, Event, Item, Matter, Phase
from app.records.orders import Conflict, Order
from app.records.shops import Environment, Shop
from tests.desk.callbacks.cast import an_order
from tests.desk.conftest import Stage
from tests.desk.news.receivers import Receiver, a_receiver

pytestmark = pytest.mark.anyio


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as taker:
        yield taker


def channel_of(stage: Stage, receiver: Receiver, kind: str = "webhook") -> Channel:
    draft = ChannelDraft(kind, "Ours", receiver.url, language="en")
    return make_channel(stage.desk, stage.actor, draft)


def in_conflict(stage: Stage, order_id: str = "A1") -> Order:
    order = an_order(stage.shop, order_id)
    order.conflict, order.conflict_at = Conflict.STATUS, now()
    with stage.desk.database.writing() as session:
        session.add(order)
    return order


def rows(stage: Stage, kind: type[Any]) -> list[Any]:
    with stage.desk.database.reading() as session:
        return list(session.exec(select(kind).order_by(kind.id)).all())


def change(stage: Stage, row: Any, change: Callable[[Any], None]) -> None:
    with stage.desk.database.writing() as session:
        change(session.get_one(type(row), row.id))


async def sent(stage: Stage) -> None:
    await NewsSender(stage.desk, None).tick()


def ended(order: Order) -> None:
    order.conflict = order.conflict_at = None


async def test_a_matter_is_told_when_it_begins_and_when_it_ends_and_once_each(
    stage: Stage, receiver: Receiver
) -> None:
    channel_of(stage, receiver)
    order = in_conflict(stage)
    for _ in range(2):
        watch(stage.desk.database)
    await sent(stage)
    change(stage, order, ended)
    for _ in range(2):
        watch(stage.desk.database)
    await sent(stage)
    said = [json.loads(raw.partition(b"\r\n\r\n")[2]) for raw in receiver.came]
    matters = [one["data"]["matters"][0] for one in said]
    assert [(one["phase"], one["kind"], one["OrderID"]) for one in matters] == [
        ("began", "conflict", "A1"),
        ("settled", "conflict", "A1"),
    ]
    assert matters[0]["href"].endswith(f"/orders/{order.id}")


async def test_what_fails_is_tried_again_ever_later_and_given_up_after_ten_tries(
    stage: Stage, receiver: Receiver
) -> None:
    channel = channel_of(stage, receiver)
    receiver.answers = ["HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n"] * 20
    trial(stage.desk.database, stage.actor, channel.id)
    for number, pause in enumerate(PAUSES, 1):
        await sent(stage)
        [item] = rows(stage, Item)
        assert (item.attempts, len(receiver.came)) == (number, number)
        assert abs(item.due_at - now() - pause) < timedelta(seconds=30)
        change(stage, item, lambda one: setattr(one, "due_at", now()))
    await sent(stage)
    await sent(stage)
    [item] = rows(stage, Item)
    assert (len(receiver.came), item.given_up_at is not None) == (10, True)
    [channel] = rows(stage, Channel)
    assert (channel.failure, channel.ended_at) == ("broken", None)
    assert sum(PAUSES, timedelta()) < timedelta(days=3)
    assert replay(stage.desk.database, stage.actor, item.id)
    receiver.answers = []
    await sent(stage)
    [channel] = rows(stage, Channel)
    assert (channel.failure, channel.succeeded_at is not None) == ("", True)


async def test_two_processes_tell_and_send_one_thing_once(stage: Stage, receiver: Receiver) -> None:
    channel_of(stage, receiver)
    in_conflict(stage)
    await asyncio.gather(*(asyncio.to_thread(watch, stage.desk.database) for _ in range(4)))
    await asyncio.gather(*(sent(stage) for _ in range(4)))
    assert (len(rows(stage, Matter)), len(receiver.came)) == (1, 1)


async def test_what_is_due_together_is_one_message_and_a_day_later_it_is_told_again(
    stage: Stage, receiver: Receiver
) -> None:
    channel_of(stage, receiver)
    for number in range(3):
        in_conflict(stage, f"A{number}")
    watch(stage.desk.database)
    await sent(stage)
    assert "Needing a person: 3" in receiver.came[0].decode()
    for matter in rows(stage, Matter):
        change(stage, matter, lambda one: setattr(one, "told_at", now() - REMIND_AFTER))
    for _ in range(2):
        watch(stage.desk.database)
    await sent(stage)
    assert len(receiver.came) == 2
    assert receiver.came[1].count(b'"reminder"') == 3


async def test_the_sandbox_and_a_channel_that_ended_tell_nobody(
    stage: Stage, receiver: Receiver
) -> None:
    channel = channel_of(stage, receiver)
    shop = Shop(shop_id="s1", environment=Environment.SANDBOX, name="Shop", password="x")
    with stage.desk.database.writing() as session:
        session.add(shop)
        session.flush()
        order = an_order(shop, "A1")
        order.conflict, order.conflict_at = Conflict.STATUS, now()
        session.add(order)
    watch(stage.desk.database)
    assert rows(stage, Matter) == []
    assert end(stage.desk.database, stage.actor, channel.id)
    assert not trial(stage.desk.database, stage.actor, channel.id)
    in_conflict(stage, "A2")
    watch(stage.desk.database)
    assert rows(stage, Item) == []


SHAPES = [ChannelKind.SLACK, ChannelKind.TEAMS, ChannelKind.LINE_WORKS, ChannelKind.CHATWORK]


@pytest.mark.parametrize("kind", SHAPES)
def test_no_service_is_told_more_than_a_number_and_is_called_by_nobody(kind: ChannelKind) -> None:
    channel = Channel(
        user_key="u", kind=kind, name="n", address="1", secret="a-token", language="ja"
    )
    matter = Matter(
        about="x",
        kind=Event.CONFLICT,
        environment=Environment.PRODUCTION,
        order_key="k",
        order_id="<!channel> [To:1] *A* A-1",
    )
    said = [(Phase.BEGAN, matter)] * 200
    request = request_for(channel, message("ja", "https://desk.example.jp", "k", now(), said))
    text = request.body.decode()
    assert "!channel" not in text
    assert "To:" not in text
    assert "*A*" not in text
    assert len(request.body) <= TEAMS_BYTES
    assert "a-token" not in text


@pytest.mark.parametrize(
    ("kind", "address", "field"),
    [
        ("pigeon", "x", "kind"),
        ("slack", "http://hooks.example.com/x", "address"),
        ("webhook", "https://user@example.com/x", "address"),
        ("email", "a@b, c@d", "address"),
        ("chatwork", "room", "address"),
        ("chatwork", "123", "secret"),
    ],
)
async def test_a_channel_that_cannot_be_is_refused_by_field(
    stage: Stage, kind: str, address: str, field: str
) -> None:
    with pytest.raises(ChannelRefused) as refused:
        make_channel(stage.desk, stage.actor, ChannelDraft(kind, "Ours", address))
    assert field in refused.value.problems


@pytest.mark.parametrize(
    "address", ["https://10.0.0.5/hook", "https://[::ffff:10.0.0.5]/hook", "https://chat.internal/"]
)
async def test_a_channel_that_lies_in_a_network_is_refused(stage: Stage, address: str) -> None:
    with pytest.raises(ChannelRefused) as refused:
        make_channel(stage.desk, stage.actor, ChannelDraft("webhook", "Ours", address))
    assert refused.value.problems == {"address": NOT_PUBLIC}


async def test_this_machine_is_told_only_while_the_sandbox_is_on(
    stage: Stage, receiver: Receiver
) -> None:
    channel_of(stage, receiver)
    in_conflict(stage)
    watch(stage.desk.database)
    stage.desk = replace(stage.desk, settings=replace(stage.desk.settings, sandbox_url=None))
    await sent(stage)
    [channel] = rows(stage, Channel)
    assert (channel.failure, receiver.came) == ("leads-inside", [])
    with pytest.raises(ChannelRefused) as refused:
        channel_of(stage, receiver)
    assert refused.value.problems == {"address": THIS_MACHINE}


def test_each_service_is_told_in_its_own_shape_and_that_there_is_more() -> None:
    matter = Matter(about="x", kind=Event.CONFLICT, order_key="k", order_id="A-1")
    said = message("en", "https://desk.example.jp", "k", now(), [(Phase.BEGAN, matter)] * 40)
    bodies = {}
    for kind in SHAPES:
        channel = Channel(user_key="u", kind=kind, name="n", address="1", secret="t", language="en")
        bodies[kind] = request_for(channel, said).body.decode()
    slack = json.loads(bodies[ChannelKind.SLACK])["blocks"]
    assert len(slack) == 31
    assert slack[-1]["text"]["text"] == "<https://desk.example.jp/|and 11 more>"
    card = json.loads(bodies[ChannelKind.TEAMS])["attachments"][0]["content"]
    assert card["body"][-1]["text"] == "[and 11 more](https://desk.example.jp/)"
    line_works = json.loads(bodies[ChannelKind.LINE_WORKS])
    assert len(line_works["body"]["text"]) <= 1000
    assert line_works["body"]["text"].endswith("more")
    assert line_works["button"]["url"] == "https://desk.example.jp/"
    assert "and+11+more" in bodies[ChannelKind.CHATWORK]


def test_what_has_ended_says_from_when_to_when_and_asks_for_nothing() -> None:
    began, ended = (datetime(2026, 12, 1, hour, tzinfo=UTC) for hour in (1, 2))
    matter = Matter(about="x", kind=Event.LOST, began_at=began, ended_at=ended)
    said = message("en", "https://desk.example.jp", "k", ended, [(Phase.SETTLED, matter)])
    assert said.title == "NET CASH Desk: Settled: Results that could not be stored"
    assert said.text == (
        "Settled: Results that could not be stored · "
        "from 1 Dec 2026 10:00:00 JST to 11:00:00\n\nhttps://desk.example.jp/"
    )


def test_a_single_matter_comes_with_what_to_do_and_several_with_their_numbers() -> None:
    matter = Matter(about="x", kind=Event.UNANSWERED, order_key="k", order_id="A-1")
    alone = message("en", "https://desk.example.jp", "k", now(), [(Phase.REMINDER, matter)])
    assert alone.title == "NET CASH Desk: Still open: Call without an answer · A-1"
    for kind in SHAPES:
        channel = Channel(user_key="u", kind=kind, name="n", address="1", secret="t", language="en")
        assert "look the order up" in request_for(channel, alone).body.decode().replace("+", " ")
    both = [(Phase.BEGAN, matter), (Phase.SETTLED, matter)]
    several = message("en", "https://desk.example.jp", "k", now(), both)
    assert several.title == "NET CASH Desk: Needing a person: 1 · settled: 1"
    assert several.note == ""


def test_every_event_has_a_name_and_what_to_do() -> None:
    assert set(EVENTS) == set(ADVICE) == set(Event)
