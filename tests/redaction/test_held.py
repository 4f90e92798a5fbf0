"""Every secret of the desk is known as one from when a process has it in clear."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from app.clock import now
from app.desk.accounts import second_factor, totp
from app.desk.accounts.sessions import Browser, actor_for, sign_in, user_for_cookie
from app.desk.tokens import TokenDraft, make_token, token_behind
from app.records.accounts import SignIn, User, user_by_email
from app.records.database import Database
from app.records.keys import digest
from app.records.news import Channel, ChannelKind
from app.records.orders import Order
from app.records.shops import Environment, Shop
from app.redaction import MASK, known, redacted
from app.settings import load_settings
from tests.cast import ADMIN, PASSWORD, enroll

pytestmark = pytest.mark.sqlite_will_do

OURS = {
    "SECRET_KEY": "a key that is long enough, 1234567890",
    "SECRET_KEY_OLD": "the one before it, long enough too, 1234567890",
    "ADMIN_EMAIL": "a@example.jp",
    "ADMIN_PASSWORD": "first-of-all-passwords",
    "METRICS_TOKEN": "metrics-token-of-ours",
    "DATABASE_URL": "postgresql://desk:data%2Fbase-pw@127.0.0.1/desk",
    "NOTIFY_SMTP_URL": "smtps://user:mail-server-pw@mail.example.jp",
    "NOTIFY_FROM": "desk@example.jp",
}


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that knows no secret yet."""
    anew(monkeypatch)
    yield
    anew(monkeypatch)


def anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known._known, "_held", {})
    monkeypatch.setattr(known._known, "_needles", ())


def are_hidden(*secrets: str) -> bool:
    left = [redacted(f"({secret})") for secret in secrets]
    return all(
        MASK in text and secret[-8:] not in text for text, secret in zip(left, secrets, strict=True)
    )


def test_those_of_the_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in OURS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    load_settings()
    keys = ("SECRET_KEY", "SECRET_KEY_OLD", "ADMIN_PASSWORD", "METRICS_TOKEN")
    assert are_hidden(*(OURS[name] for name in keys))
    assert are_hidden("data/base-pw", "data%2Fbase-pw", "mail-server-pw")


def test_those_of_shops_orders_and_channels(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = ("shop-pass1", "access-pass-1", "start-token-1", "hook-secret-1")
    with database.writing() as session:
        user = User(email="x@example.jp", password_hash="", role=ADMIN.role)
        shop = Shop(shop_id="tshop00000009", environment=Environment.TEST, name="S")
        shop.password = secrets[0]
        session.add_all([user, shop])
        session.flush()
        order = Order(shop_key=shop.id, order_id="A1", environment=shop.environment)
        order.access_pass, order.token = secrets[1:3]
        channel = Channel(
            user_key=user.id,
            kind=ChannelKind.WEBHOOK,
            name="W",
            language="ja",
            address="https://hooks.example.jp/T0/abc",
            secret=secrets[3],
        )
        session.add_all([order, channel])
    assert are_hidden(*secrets, "https://hooks.example.jp/T0/abc")
    anew(monkeypatch)
    with database.reading() as session:
        for table in (Shop, Order, Channel):
            session.exec(select(table)).all()
    assert are_hidden(*secrets)


def test_an_address_of_a_person_is_no_secret(database: Database) -> None:
    with database.writing() as session:
        user = User(email="x@example.jp", password_hash="", role=ADMIN.role)
        session.add(user)
        session.flush()
        session.add(
            Channel(
                user_key=user.id,
                kind=ChannelKind.EMAIL,
                name="M",
                language="ja",
                address="x@example.jp",
            )
        )
    assert redacted("to x@example.jp") == "to x@example.jp"


def test_those_of_sign_ins_tokens_and_second_factors(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    enroll(database)
    cookie = sign_in(database, ADMIN.email, PASSWORD, Browser("192.0.2.1"))
    with database.reading() as session:
        user = user_by_email(session, ADMIN.email)
        row = session.exec(select(SignIn).where(SignIn.secret_digest == digest(cookie))).one()
    assert user is not None
    actor = actor_for(user, "192.0.2.1")
    made = make_token(database, actor, TokenDraft("intake", ["intake"]))
    seed = second_factor.pending_secret(row)
    code = totp.code_of(seed, totp.step_of(now()))
    enrolled = second_factor.switch_on(database, actor, row, code)
    assert enrolled.codes is not None
    secrets = (cookie, made.secret, enrolled.secret, totp.as_text(seed), *enrolled.codes)
    assert are_hidden(*secrets, enrolled.codes[0].replace("-", ""))
    anew(monkeypatch)
    assert user_for_cookie(database, enrolled.secret)
    assert token_behind(database, made.secret)
    assert are_hidden(enrolled.secret, made.secret)
