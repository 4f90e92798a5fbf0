"""The day in short: what it says when much is open, and when nothing is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from app.clock import now
from app.desk.audit import record_noticed
from app.desk.news import ChannelDraft, NewsSender, make_channel
from app.desk.news.digest import digest
from app.desk.news.mail import MailServer
from app.desk.news.matters import watch
from app.protocol.wire import JST
from app.records.audit_chain import end_of_chain, verify
from app.records.audit_checkpoints import ours_among, words_in
from app.records.database import Database
from app.records.news import Channel, Event, Matter
from app.records.orders import Conflict
from app.records.shops import Environment, Shop
from tests.desk.callbacks.cast import an_order
from tests.desk.conftest import Stage
from tests.desk.news.receivers import Receiver, a_mail_server, a_receiver
from tests.desk.news.test_choices import ALL, add, channel_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as taker:
        yield taker


async def test_the_digest_says_what_is_open_settled_and_came_in_and_is_sent_once(
    stage: Stage, receiver: Receiver
) -> None:
    channel = channel_of(stage, receiver)
    open_one, settled = an_order(stage.shop, "OPEN"), an_order(stage.shop, "DONE")
    open_one.conflict, open_one.conflict_at = Conflict.STATUS, now()
    settled.status, settled.status_at, settled.confirmed_at = "PAYSUCCESS", now(), now()
    settled.amount, settled.tax = 1200, 0
    ended = Matter(
        about="x",
        kind=Event.UNANSWERED,
        environment=Environment.TEST,
        order_key=settled.id,
        order_id="DONE",
        ended_at=now(),
    )
    add(stage, open_one, settled, ended)
    with stage.desk.database.writing() as session:
        kept = session.get_one(Channel, channel.id)
        kept.digest_hour, kept.muted = 0, ",".join(ALL)
    for _ in range(2):
        watch(stage.desk.database)
    await NewsSender(stage.desk, None).tick()
    [said] = [json.loads(body) for body in receiver.bodies()]
    assert said["type"] == "desk.digest"
    text = json.dumps(said)
    assert '"orders_open": 1' in text
    assert '"confirmed_yen": 1200' in text
    assert '"settled": 1' in text


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_digest_by_mail_takes_a_checkpoint_of_the_audit_log_along(
    stage: Stage, language: str
) -> None:
    draft = ChannelDraft("email", "Mine", "ogawa@example.jp", language=language)
    channel = make_channel(stage.desk, stage.actor, draft)
    with stage.desk.database.writing() as session:
        session.get_one(Channel, channel.id).digest_hour = 0
    watch(stage.desk.database)
    async with a_mail_server() as mailbox:
        server = MailServer(f"smtp://127.0.0.1:{mailbox.port}", "desk@example.jp")
        await NewsSender(stage.desk, server).tick()
    with stage.desk.database.reading() as session:
        end = end_of_chain(session)
    # Whole, as a mail program saves it: however its lines travelled.
    mails = [mail.as_bytes() for mail in mailbox.mails]
    found = [ours_among(stage.desk.database, words_in(mail)) for mail in mails]
    assert [end] in found
    with stage.desk.database.writing() as session:
        record_noticed(session, "something later")
        report = verify(session, found[found.index([end])])
    assert report.fault is None


async def test_the_digest_comes_when_nothing_is_open_and_says_so(stage: Stage) -> None:
    draft = ChannelDraft("email", "Mine", "ogawa@example.jp", language="en")
    channel = make_channel(stage.desk, stage.actor, draft)
    with stage.desk.database.reading() as session:
        said = digest(session, "en", "https://desk.example.jp", channel.id, now())
    assert said.text.splitlines()[2:] == [
        "Test: no order and no case needs a person.",
        "https://desk.example.jp/?env=test",
        "",
        "Nothing was settled within 24 hours.",
        "https://desk.example.jp",
    ]


async def test_the_digest_names_what_stands_open_and_is_in_no_number(stage: Stage) -> None:
    lost = Matter(about="lost", kind=Event.LOST)
    over = Matter(about="copies", kind=Event.UNPROVEN_COPY, ended_at=now())
    add(stage, lost, over, Matter(about="untold", kind=Event.PAID_UNTOLD))
    with stage.desk.database.reading() as session:
        said = digest(session, "en", "https://desk.example.jp", "k", now())
    assert [one.text for one in said.lines if "Still open" in one.text] == [said.lines[0].text]
    assert "Results that could not be stored" in said.lines[0].text
    assert [one["open"] for one in said.data if "open" in one] == ["lost-results"]


async def test_the_digest_is_of_the_environments_that_are_wanted(stage: Stage) -> None:
    settled = Matter(about="x", kind=Event.CONFLICT, environment=Environment.TEST, ended_at=now())
    add(stage, settled)
    with stage.desk.database.reading() as session:
        said = digest(session, "en", "https://d", "k", now(), [Environment.PRODUCTION])
    assert [one.text for one in said.lines] == ["Nothing was settled within 24 hours."]


def test_what_came_in_is_told_by_whole_days_as_the_list_behind_it_has_it(
    database: Database,
) -> None:
    at = datetime(2026, 12, 1, 9, 0, tzinfo=JST)
    shop = Shop(shop_id="p1", environment=Environment.PRODUCTION, name="Shop", password="x")
    paid = {"EVENING": at - timedelta(hours=10), "TODAY": at - timedelta(hours=1)}
    paid["BEFORE"] = at - timedelta(hours=34)
    with database.writing() as session:
        session.add(shop)
        session.flush()
        for number, moment in paid.items():
            order = an_order(shop, number)
            order.status, order.amount, order.tax = "PAYSUCCESS", 1000, 0
            order.status_at = order.confirmed_at = moment
            session.add(order)
    with database.reading() as session:
        said = digest(session, "en", "https://desk.example.jp", "k", at)
    paid_lines = [one for one in said.lines if "paid" in one.text]
    yen = "confirmed 1,000 yen, reported and not yet confirmed 0 yen."
    assert [one.text for one in paid_lines] == [
        f"Production, paid on 30 Nov 2026: {yen}",
        f"Production, paid today until now: {yen}",
    ]
    days = [f"paid-from={day}&paid-to={day}" for day in ("2026-11-30", "2026-12-01")]
    here = "https://desk.example.jp/orders?env=production"
    assert [one.address for one in paid_lines] == [f"{here}&{day}" for day in days]
