"""What was done to somebody's account is mailed to their own address: a real server for mail."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from email.message import EmailMessage

import pytest
from sqlmodel import select

from app.clock import now
from app.desk.accounts import passkeys, totp
from app.desk.accounts.links import use_link
from app.desk.accounts.notices import NOTICES, tell
from app.desk.accounts.passkeys import Site
from app.desk.accounts.people import new_link, set_role
from app.desk.accounts.second_factor import give, pending_secret, switch_off, switch_on
from app.desk.accounts.sessions import Browser, sign_in
from app.desk.accounts.users import AccountDraft, add_user, change_account, set_preferences
from app.desk.context import Actor
from app.desk.news import ChannelDraft, ChannelRefused, NewsSender, end, make_channel, replay, trial
from app.desk.news.mail import MailServer
from app.protocol.words import say
from app.records.account_notices import Changed
from app.records.accounts import FIRST_EMAIL, SignIn, User, sign_in_by_secret
from app.records.news import Channel, Item, channels_of, open_channels
from app.records.passkeys import passkeys_of
from tests.authenticator import Device
from tests.desk.conftest import Stage
from tests.desk.news.receivers import a_mail_server

pytestmark = pytest.mark.anyio

OWN, NEW = "a long passphrase of mine", "another long passphrase"
ADDRESS, LATER = "maeda@example.jp", "maeda2@example.jp"
HERE = Browser("203.0.113.5")
SITE = Site("desk.example.jp", "https://desk.example.jp")


class Person:
    """Somebody of the desk, and what their mailbox holds."""

    def __init__(self, stage: Stage, address: str = ADDRESS) -> None:
        self.stage, self.database = stage, stage.desk.database
        user = add_user(self.database, address, OWN, "operator")
        self.actor = Actor(user.id, user.email, user.role, HERE.remote_address)

    def signs_in(self) -> SignIn:
        return self.sign_in(sign_in(self.database, ADDRESS, OWN, HERE))

    def sign_in(self, secret: str) -> SignIn:
        with self.database.reading() as session:
            found = sign_in_by_secret(session, secret, now())
            assert found is not None
            return found[0]

    async def mails(self, answer: str = "250 OK") -> Sequence[EmailMessage]:
        """What the desk sends now."""
        async with a_mail_server() as mailbox:
            mailbox.answer = answer
            server = MailServer(f"smtp://127.0.0.1:{mailbox.port}", "Desk <desk@example.jp>")
            await NewsSender(self.stage.desk, server).tick()
        return mailbox.mails

    async def subjects(self) -> list[str]:
        return [one["Subject"].removeprefix("NET CASH Desk: ") for one in await self.mails()]


def items(stage: Stage) -> Sequence[Item]:
    with stage.desk.database.reading() as session:
        return session.exec(select(Item)).all()


@pytest.fixture
def person(stage: Stage) -> Person:
    return Person(stage)


def in_english(what: Changed) -> str:
    return say("en", NOTICES[what])


async def test_the_mail_says_what_was_done_by_whom_in_the_readers_language(
    person: Person,
) -> None:
    set_role(person.database, person.stage.actor, person.actor.user_key, "approver")
    [mail] = await person.mails()
    assert (mail["To"], mail["From"]) == (ADDRESS, "Desk <desk@example.jp>")
    assert mail["Subject"] == f"NET CASH Desk: {say('ja', NOTICES[Changed.ROLE])}"
    text = mail.get_content()
    assert f"{person.stage.actor.email} · {person.stage.actor.remote_address}" in text
    assert text.rstrip().endswith(f"{person.stage.desk.settings.base_url}/settings/account")
    # Nobody has chosen it, so nobody is told where to choose otherwise.
    assert "/settings/notifications" not in text
    assert await person.mails() == []
    set_preferences(person.database, person.actor.user_key, "en", None)
    set_role(person.database, None, person.actor.user_key, "viewer")
    assert await person.subjects() == [in_english(Changed.ROLE)]


async def test_each_change_is_mailed_and_none_repeats_a_secret(person: Person) -> None:
    database, actor = person.database, person.actor
    set_preferences(database, actor.user_key, "en", None)
    first = person.signs_in()
    assert await person.subjects() == [in_english(Changed.NEW_BROWSER)]
    shared = pending_secret(first)
    enrolled = switch_on(database, actor, first, totp.code_of(shared, totp.step_of(now())))
    assert await person.subjects() == [in_english(Changed.FACTOR_ON)]
    assert enrolled.codes
    secret = give(database, actor, person.sign_in(enrolled.secret), enrolled.codes[0])
    [mail] = await person.mails()
    assert mail["Subject"].endswith(in_english(Changed.RECOVERY_USED))
    assert enrolled.codes[0] not in mail.get_content()
    device, here = Device(SITE.name, SITE.origin), person.sign_in(secret)
    made = device.makes(passkeys.ask_to_register(database, actor, here, SITE))
    passkeys.register(database, actor, here, SITE, "Mine", made)
    assert await person.subjects() == [in_english(Changed.PASSKEY_ADDED)]
    with database.reading() as session:
        [kept] = passkeys_of(session, actor.user_key)
    passkeys.remove(database, actor, kept.id)
    assert await person.subjects() == [in_english(Changed.PASSKEY_REMOVED)]
    switch_off(database, None, actor.user_key)
    assert await person.subjects() == [in_english(Changed.FACTOR_OFF)]
    change_account(database, actor, AccountDraft(ADDRESS, OWN, NEW, NEW), HERE)
    assert await person.subjects() == [in_english(Changed.PASSWORD)]
    link = new_link(database, None, actor.user_key)[1]
    use_link(database, link.partition("=")[2], HERE)
    [mail] = await person.mails()
    assert mail["Subject"].endswith(in_english(Changed.LINK_USED))
    assert link not in mail.get_content()


async def test_a_change_of_address_is_told_at_both(person: Person) -> None:
    change_account(person.database, person.actor, AccountDraft(LATER, OWN), HERE)
    assert {one["To"] for one in await person.mails()} == {ADDRESS, LATER}


async def test_whatever_becomes_of_the_mail_the_deed_stands_and_the_mail_is_tried_again(
    person: Person,
) -> None:
    set_role(person.database, None, person.actor.user_key, "viewer")
    assert await person.mails("451 Later") == []
    [item] = items(person.stage)
    assert (item.attempts, item.given_up_at, item.failure) == (1, None, "broken")
    with person.database.reading() as session:
        assert session.get_one(User, person.actor.user_key).role == "viewer"


async def test_a_deed_that_fails_mails_nothing(person: Person) -> None:
    with suppress(RuntimeError), person.database.writing() as session:
        tell(session, session.get_one(User, person.actor.user_key), Changed.PASSWORD, None)
        raise RuntimeError
    assert items(person.stage) == []


async def test_a_desk_without_mail_keeps_nothing_for_later(person: Person) -> None:
    set_role(person.database, None, person.actor.user_key, "viewer")
    await NewsSender(person.stage.desk, None).tick()
    [item] = items(person.stage)
    assert item.given_up_at is not None
    assert await person.mails() == []


@pytest.mark.parametrize("address", ["名前@example.jp", "a,b@example.jp", FIRST_EMAIL])
async def test_an_address_that_takes_no_mail_holds_up_nobody(stage: Stage, address: str) -> None:
    person = Person(stage, address)
    set_role(person.database, None, person.actor.user_key, "viewer")
    other = Person(stage, LATER)
    set_role(other.database, None, other.actor.user_key, "viewer")
    assert [one["To"] for one in await other.mails()] == [LATER]


async def test_it_is_no_channel_that_anybody_could_end_or_make(person: Person) -> None:
    set_role(person.database, None, person.actor.user_key, "viewer")
    database, actor = person.database, person.actor
    with database.reading() as session:
        key = session.exec(select(Channel.id)).one()
        assert not channels_of(session, actor.user_key)
        assert not open_channels(session)
    [item] = items(person.stage)
    assert not any((end(database, actor, key), trial(database, actor, key)))
    assert not replay(database, actor, item.id)
    with pytest.raises(ChannelRefused):
        make_channel(
            person.stage.desk, actor, ChannelDraft("account", "Mine", "somebody@example.jp")
        )
