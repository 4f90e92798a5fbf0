"""How news arrive, and what each way to fail is called: real receivers, and a real mail server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlmodel import select
from standardwebhooks import Webhook

from app.clock import now
from app.desk.news import ChannelDraft, NewsSender, make_channel, trial
from app.desk.news.mail import MailServer
from app.desk.news.outcomes import Failure
from app.desk.news.posting import Poster
from app.desk.news.shapes import Request
from app.records.news import Channel, Item
from tests.desk.conftest import Stage
from tests.desk.news.receivers import HANG, Receiver, a_mail_server, a_receiver

pytestmark = pytest.mark.anyio


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as taker:
        yield taker


SENDER = "Desk <desk@example.jp>"
SAID = "NET CASH Desk: This is only a trial: news of this desk arrive here."


def tried(stage: Stage, kind: str, address: str) -> Channel:
    draft = ChannelDraft(kind, "Ours", address, language="en")
    channel = make_channel(stage.desk, stage.actor, draft)
    assert trial(stage.desk.database, stage.actor, channel.id)
    return channel


def outcome(stage: Stage) -> tuple[Channel, Item]:
    with stage.desk.database.reading() as session:
        return session.exec(select(Channel)).one(), session.exec(select(Item)).one()


async def test_whoever_has_the_secret_can_prove_who_speaks(
    stage: Stage, receiver: Receiver
) -> None:
    channel = tried(stage, "webhook", receiver.url)
    await NewsSender(stage.desk, None).tick()
    said = Webhook(channel.secret or "").verify(receiver.bodies()[0], receiver.headers())
    assert said["data"]["title"] == SAID


@pytest.mark.parametrize(
    ("answer", "failure", "ends"),
    [
        ("302 Found\r\nLocation: http://127.0.0.1:1/secret", Failure.REDIRECTED, False),
        ("410 Gone", Failure.GONE, True),
        ("404 Not Found", Failure.REFUSED, False),
        ("429 Too Many\r\nRetry-After: 7200", Failure.TOO_MANY, False),
        ("429 Too Many\r\nX-RateLimit-Reset: 99999999999", Failure.TOO_MANY, False),
        ("503 Away\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT", Failure.BROKEN, False),
        ("no word of HTTP", Failure.NO_ANSWER, False),
    ],
)
async def test_each_failure_has_its_word_and_gone_ends_the_channel(
    stage: Stage, receiver: Receiver, answer: str, failure: str, ends: bool
) -> None:
    tried(stage, "webhook", receiver.url)
    receiver.answers = [f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n"]
    await NewsSender(stage.desk, None).tick()
    channel, item = outcome(stage)
    assert (channel.failure, channel.ended_at is not None) == (failure, ends)
    assert len(receiver.came) == 1
    wait = item.due_at - now()
    if "7200" in answer:
        assert timedelta(minutes=110) < wait <= timedelta(hours=2)
    if "99999999999" in answer or "9999 " in answer:
        assert timedelta(hours=23) < wait <= timedelta(hours=24)


async def test_a_receiver_that_asks_to_wait_is_left_alone_with_whatever_else_there_is(
    stage: Stage, receiver: Receiver
) -> None:
    tried(stage, "webhook", receiver.url)
    receiver.answers = ["HTTP/1.1 429 Too Many\r\nRetry-After: 7200\r\nContent-Length: 0\r\n\r\n"]
    await NewsSender(stage.desk, None).tick()
    channel, _ = outcome(stage)
    assert trial(stage.desk.database, stage.actor, channel.id)
    await NewsSender(stage.desk, None).tick()
    assert len(receiver.came) == 1
    with stage.desk.database.writing() as session:
        session.get_one(Channel, channel.id).rests_until = now()
    await NewsSender(stage.desk, None).tick()
    assert len(receiver.came) == 2


async def test_a_receiver_that_hangs_is_left_and_holds_up_nobody_else(stage: Stage) -> None:
    async with a_receiver() as hanging, a_receiver() as other:
        hanging.answers = [HANG]
        tried(stage, "webhook", hanging.url)
        tried(stage, "webhook", other.url)
        sending = asyncio.create_task(
            NewsSender(stage.desk, None, Poster(patience=600, to_this_machine=True)).tick()
        )
        await asyncio.gather(hanging.arrived.wait(), other.arrived.wait())
        assert not sending.done()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        hanging.answers = [HANG]
        outcome = await Poster(patience=0.05, to_this_machine=True).post(request_to(hanging))
    assert outcome.failure is Failure.NO_ANSWER


def request_to(receiver: Receiver) -> Request:
    return Request(receiver.url, {}, b"")


async def test_a_name_that_leads_into_a_closed_network_is_not_connected_to(
    receiver: Receiver,
) -> None:
    async def inside(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    wanted = Request(receiver.url.replace("127.0.0.1", "hooks.example.com"), {}, b"")
    outcome = await Poster(resolving=inside).post(wanted)
    assert (outcome.failure, receiver.came) == (Failure.LEADS_INSIDE, [])


async def test_a_mail_arrives_as_it_was_written(stage: Stage) -> None:
    tried(stage, "email", "ogawa@example.jp")
    async with a_mail_server() as mailbox:
        await NewsSender(stage.desk, MailServer(address(mailbox.port), SENDER)).tick()
    [mail] = mailbox.mails
    assert (mail["From"], mail["To"]) == (SENDER, "ogawa@example.jp")
    assert mail["Subject"] == SAID
    assert mail["Message-ID"] == f"<{outcome(stage)[1].id}@example.jp>"
    assert stage.desk.settings.base_url in mail.get_content()
    assert outcome(stage)[1].sent_at is not None


def address(port: int, user: str = "") -> str:
    return f"smtp://{user}127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("answer", "failure"), [("550 No such person", "refused"), ("451 Later", "broken")]
)
async def test_a_mail_that_is_not_taken_says_why(stage: Stage, answer: str, failure: str) -> None:
    tried(stage, "email", "ogawa@example.jp")
    async with a_mail_server() as mailbox:
        mailbox.answer = answer
        await NewsSender(stage.desk, MailServer(address(mailbox.port), SENDER)).tick()
    assert outcome(stage)[0].failure == failure


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize(("password", "failure"), [("right%2F", ""), ("wrong", "no-login")])
async def test_the_server_for_mail_is_shown_the_password_of_the_settings(
    stage: Stage, password: str, failure: str
) -> None:
    tried(stage, "email", "ogawa@example.jp")
    async with a_mail_server("right/") as mailbox:
        server = MailServer(address(mailbox.port, f"desk:{password}@"), SENDER)
        await NewsSender(stage.desk, server).tick()
    assert (outcome(stage)[0].failure, len(mailbox.mails)) == (failure, int(not failure))


async def test_a_server_for_mail_that_is_away_or_silent_is_tried_again(stage: Stage) -> None:
    tried(stage, "email", "ogawa@example.jp")

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(hang, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        await NewsSender(stage.desk, MailServer(address(port), SENDER, patience=0.05)).tick()
    channel, item = outcome(stage)
    assert (channel.failure, item.attempts, item.given_up_at) == ("no-answer", 1, None)


async def test_without_a_mail_server_the_channel_says_so(stage: Stage) -> None:
    tried(stage, "email", "ogawa@example.jp")
    await NewsSender(stage.desk, None).tick()
    assert outcome(stage)[0].failure == "no-mail"
