"""Adding and changing shops: what is refused, what is kept, and what never comes out."""

from dataclasses import replace

import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.clock import now
from app.desk.accounts.sessions import actor_for
from app.desk.context import Actor, Desk
from app.desk.shops.shops import (
    SANDBOX_SHOP_ID,
    SANDBOX_SHOP_PASS,
    ShopRefused,
    add_shop,
    add_shop_by_command,
    change_shop,
    ensure_sandbox_shop,
)
from app.desk.shops.validation import ShopDraft
from app.records.accounts import AuditEntry, user_by_email
from app.records.database import Database
from app.records.shops import Confirmation, Environment, OurShops, Shop, all_shops, shop_by_id
from tests.cast import ADMIN

pytestmark = pytest.mark.anyio

DRAFT = ShopDraft("test", "tshop00000002", "pass4567", "Books", "", "BK-")


@pytest.fixture
def desk(desk_app: Starlette) -> Desk:
    desk: Desk = desk_app.state.desk
    return desk


@pytest.fixture
def admin(desk: Desk) -> Actor:
    with desk.database.reading() as session:
        user = user_by_email(session, ADMIN.email)
    assert user
    return actor_for(user, "192.0.2.1", factor_at=now())


async def test_a_shop_gets_the_usual_gateway_of_its_environment(desk: Desk, admin: Actor) -> None:
    test = add_shop(desk, admin, DRAFT).shop
    production = add_shop(
        desk, admin, replace(DRAFT, environment="production", ShopID="9200000000001")
    ).shop
    assert test.gateway_url == "https://pt01.smbc-gp.co.jp"
    assert production.gateway_url == "https://p01.smbc-gp.co.jp"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("environment", ""),
        ("environment", "sandbox"),
        ("ShopID", "tshop000000012"),
        ("ShopID", "tshop000000002"),
        ("ShopID", "tshop0000000２"),
        ("ShopID", SANDBOX_SHOP_ID),
        ("ShopPass", ""),
        ("ShopPass", "123456789"),
        ("ShopPass", "pass word"),
        ("name", "  "),
        ("name", "x" * 61),
        ("name", "a\nb"),
        ("confirmation", "sometimes"),
        ("order_prefix", "1234567890123"),
        ("order_prefix", "注文"),
        ("order_prefix", "ml-order-"),
        ("gateway_url", "http://gateway.example.jp"),
        ("gateway_url", "https://169.254.169.254"),
        ("gateway_url", "https://10.0.0.8"),
        ("gateway_url", "https://192.168.1.1:8443"),
        ("gateway_url", "https://[::ffff:127.0.0.1]"),
        ("gateway_url", "https://[fd00::1]"),
        ("gateway_url", "https://[64:ff9b::a00:1]"),
        ("gateway_url", "https://[2002:a00:1::1]"),
        ("gateway_url", "https://0.0.0.0"),
        ("gateway_url", "https://metadata.google.internal"),
        ("gateway_url", "http://127.0.0.1.example.jp"),
        ("gateway_url", "ftp://gateway.example.jp"),
        ("gateway_url", "gateway.example.jp"),
        ("gateway_url", "https://"),
        ("gateway_url", "https://user:pass@gateway.example.jp"),
        ("gateway_url", "https://gateway.example.jp/?a=1"),
        ("gateway_url", "https://gateway.example.jp:port"),
        ("gateway_url", "https://[broken"),
        ("gateway_url", "https://gateway.example.jp/" + "x" * 200),
    ],
)
async def test_what_no_shop_can_have_is_refused_by_field(
    desk: Desk, admin: Actor, field: str, value: str
) -> None:
    with pytest.raises(ShopRefused) as refused:
        add_shop(desk, admin, replace(DRAFT, **{field: value}))
    assert list(refused.value.problems) == [field]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://gateway.example.jp:8443/base/", "https://gateway.example.jp:8443/base"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("http://[::1]:8001/", "http://[::1]:8001"),
        (" http://localhost:8001 ", "http://localhost:8001"),
    ],
)
async def test_https_or_this_very_machine_is_a_gateway(
    desk: Desk, admin: Actor, typed: str, kept: str
) -> None:
    assert add_shop(desk, admin, replace(DRAFT, gateway_url=typed)).shop.gateway_url == kept


@pytest.mark.parametrize("address", ["http://127.0.0.1:8001", "https://localhost:8443"])
async def test_this_very_machine_is_no_gateway_for_a_form_while_the_sandbox_is_off(
    desk: Desk, admin: Actor, address: str
) -> None:
    elsewhere = replace(desk, settings=replace(desk.settings, sandbox_url=None))
    there = replace(DRAFT, gateway_url=address)
    with pytest.raises(ShopRefused) as refused:
        add_shop(elsewhere, admin, there)
    assert list(refused.value.problems) == ["gateway_url"]
    shop = add_shop(elsewhere, admin, DRAFT).shop
    with pytest.raises(ShopRefused) as refused:
        change_shop(elsewhere, admin, shop.id, there)
    assert list(refused.value.problems) == ["gateway_url"]
    # One that was named on the machine itself stays, whatever else is changed.
    add_shop(desk, admin, replace(there, ShopID="tshop00000003"))
    with desk.database.reading() as session:
        named = shop_by_id(session, "tshop00000003")
    assert named
    change = replace(there, ShopID=named.shop_id, ShopPass="", name="Another")
    assert change_shop(elsewhere, admin, named.id, change).shop.name == "Another"


async def test_a_new_password_keeps_the_one_before_for_diagnosis_alone(
    desk: Desk, admin: Actor
) -> None:
    before = add_shop(desk, admin, DRAFT).shop
    after = change_shop(desk, admin, before.id, replace(DRAFT, ShopPass="newpass1")).shop
    assert (after.password, after.previous_password) == ("newpass1", DRAFT.ShopPass)
    assert before.password_changed_at
    assert after.password_changed_at
    assert after.password_changed_at > before.password_changed_at


@pytest.mark.parametrize("typed", ["", DRAFT.ShopPass])
async def test_no_new_password_changes_nothing_about_it(
    desk: Desk, admin: Actor, typed: str
) -> None:
    before = add_shop(desk, admin, DRAFT).shop
    draft = replace(DRAFT, ShopPass=typed, name="Other books")
    after = change_shop(desk, admin, before.id, draft).shop
    assert (after.name, after.password, after.previous_password) == (
        "Other books",
        DRAFT.ShopPass,
        None,
    )


async def test_a_shop_confirms_at_once_until_told_otherwise(desk: Desk, admin: Actor) -> None:
    shop = add_shop(desk, admin, DRAFT).shop
    assert shop.confirmation is Confirmation.AT_ONCE
    never = change_shop(desk, admin, shop.id, replace(DRAFT, confirmation="never")).shop
    assert never.confirmation is Confirmation.NEVER
    # A form that does not speak of it leaves it as it is.
    assert change_shop(desk, admin, shop.id, DRAFT).shop.confirmation is Confirmation.NEVER


async def test_shop_id_and_environment_never_change(desk: Desk, admin: Actor) -> None:
    shop = add_shop(desk, admin, DRAFT).shop
    draft = replace(DRAFT, environment="production", ShopID="tshop00000009")
    after = change_shop(desk, admin, shop.id, draft).shop
    assert (after.shop_id, after.environment) == (DRAFT.ShopID, Environment.TEST)
    assert after.gateway_url == "https://pt01.smbc-gp.co.jp"


async def test_the_sandboxs_shop_keeps_its_credentials(desk: Desk, admin: Actor) -> None:
    with desk.database.reading() as session:
        shop = shop_by_id(session, SANDBOX_SHOP_ID)
    assert shop
    change_shop(desk, admin, shop.id, replace(DRAFT, gateway_url="https://evil.example"))
    ensure_sandbox_shop(desk.database)
    with desk.database.reading() as session:
        (after,) = all_shops(session)
    assert (after.name, after.order_prefix) == (DRAFT.name, DRAFT.order_prefix)
    assert (after.password, after.gateway_url) == (SANDBOX_SHOP_PASS, None)


async def test_every_change_is_a_deed_without_the_password(desk: Desk, admin: Actor) -> None:
    shop = add_shop(desk, admin, DRAFT).shop
    change_shop(desk, admin, shop.id, replace(DRAFT, ShopPass="newpass1"))
    with desk.database.reading() as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.subject == DRAFT.ShopID)).all()
    assert [entry.action for entry in entries] == ["shop-added", "shop-changed"]
    assert all(entry.email == ADMIN.email for entry in entries)
    written = " ".join(str(entry.model_dump()) for entry in entries)
    assert "newpass1" not in written
    assert DRAFT.ShopPass not in written


def test_a_shop_is_added_from_the_command_line_too(any_database: Database) -> None:
    def add() -> Shop:
        typed = ("production", "9200000000001", "pass4567", "Books", None)
        return add_shop_by_command(any_database, *typed, ours=OurShops(sandbox_on=False)).shop

    assert add().gateway_url == "https://p01.smbc-gp.co.jp"
    with pytest.raises(ShopRefused, match="already a shop"):
        add()
    with any_database.reading() as session:
        (entry,) = session.exec(select(AuditEntry)).all()
    assert (entry.email, entry.action) == ("command line", "shop-added")


async def test_a_password_does_not_go_to_an_address_it_was_not_typed_for(
    desk: Desk, admin: Actor
) -> None:
    shop = add_shop(desk, admin, DRAFT).shop
    moved = replace(DRAFT, ShopPass="", gateway_url="https://gateway.example.jp")
    with pytest.raises(ShopRefused) as refused:
        change_shop(desk, admin, shop.id, moved)
    assert list(refused.value.problems) == ["ShopPass"]
    typed = change_shop(desk, admin, shop.id, replace(moved, ShopPass="another1")).shop
    assert (typed.gateway_url, typed.password) == ("https://gateway.example.jp", "another1")
    # The address that stands already is no new one, however it is written.
    same = replace(moved, gateway_url="https://gateway.example.jp/")
    assert change_shop(desk, admin, shop.id, same).shop.password == "another1"
