"""A production shop's new gateway address takes two administrators, and what they looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import select

from app.clock import now
from app.desk.accounts.sessions import actor_for
from app.desk.audit import BY_COMMAND
from app.desk.context import Actor, Desk
from app.desk.permissions import FactorNeeded, NotPermitted
from app.desk.shops.gateway_proposals import OtherProposal, approve, refuse
from app.desk.shops.shops import ShopRefused, add_shop, add_shop_by_command, change_shop
from app.records.accounts import AuditEntry, Role, User
from app.records.gateway_proposals import GatewayProposal, proposal_of
from app.records.shops import Shop
from tests.desk.shops.test_shops import DRAFT, admin, desk

pytestmark = pytest.mark.anyio
__all__ = ["admin", "desk"]

USUAL, NEW = "https://p01.smbc-gp.co.jp", "https://gateway.example.jp"
PRODUCTION = replace(DRAFT, environment="production", ShopID="9200000000001")
MOVED = replace(PRODUCTION, ShopPass="another1", gateway_url=NEW, name="Renamed")


@pytest.fixture
def shop(desk: Desk, admin: Actor) -> Shop:
    return add_shop(desk, admin, PRODUCTION).shop


@pytest.fixture
def second(desk: Desk) -> Actor:
    user = User(email="second@example.jp", role=Role.ADMIN)
    with desk.database.writing() as session:
        session.add(user)
    return actor_for(user, "192.0.2.2", factor_at=now())


def held(desk: Desk, shop: Shop) -> tuple[Shop, GatewayProposal | None]:
    with desk.database.reading() as session:
        return session.get_one(Shop, shop.id), proposal_of(session, shop.id)


def waiting(desk: Desk, shop: Shop) -> str:
    found = held(desk, shop)[1]
    assert found is not None
    return found.id


async def test_nothing_of_it_counts_until_another_administrator_has_approved(
    desk: Desk, admin: Actor, second: Actor, shop: Shop
) -> None:
    with pytest.raises(ShopRefused):
        change_shop(desk, admin, shop.id, replace(MOVED, ShopPass=""))
    change_shop(desk, admin, shop.id, MOVED)
    now_held, proposal = held(desk, shop)
    assert (now_held.gateway_url, now_held.password) == (USUAL, PRODUCTION.ShopPass)
    assert now_held.name == "Renamed"
    assert proposal is not None
    with pytest.raises(NotPermitted):
        approve(desk, admin, shop.id, proposal.id)
    with pytest.raises(FactorNeeded):
        approve(desk, replace(second, factor_at=None), shop.id, proposal.id)
    assert held(desk, shop)[0].gateway_url == USUAL
    approve(desk, second, shop.id, proposal.id)
    now_held, proposal = held(desk, shop)
    assert (now_held.gateway_url, now_held.password, proposal) == (NEW, "another1", None)
    with desk.database.reading() as session:
        entries = session.exec(select(AuditEntry)).all()
    done = {entry.action: entry for entry in entries}
    assert done["gateway-proposed"].email == admin.email
    assert done["gateway-approved"].email == second.email
    assert not any("another1" in entry.detail for entry in entries)


async def test_what_was_approved_is_what_was_looked_at(
    desk: Desk, admin: Actor, second: Actor, shop: Shop
) -> None:
    change_shop(desk, admin, shop.id, MOVED)
    seen = waiting(desk, shop)
    change_shop(desk, admin, shop.id, replace(MOVED, gateway_url="https://evil.example"))
    with pytest.raises(OtherProposal):
        approve(desk, second, shop.id, seen)
    assert held(desk, shop)[0].gateway_url == USUAL
    approve(desk, second, shop.id, waiting(desk, shop))
    with pytest.raises(OtherProposal):
        approve(desk, second, shop.id, seen)


async def test_it_is_refused_by_another_and_withdrawn_by_oneself(
    desk: Desk, admin: Actor, second: Actor, shop: Shop
) -> None:
    for whoever in (second, admin):
        change_shop(desk, admin, shop.id, MOVED)
        refuse(desk, whoever, shop.id, waiting(desk, shop))
        assert held(desk, shop)[1] is None
    assert held(desk, shop)[0].gateway_url == USUAL


async def test_a_test_shop_is_changed_by_one(desk: Desk, admin: Actor) -> None:
    shop = add_shop(desk, admin, DRAFT).shop
    change_shop(desk, admin, shop.id, replace(DRAFT, gateway_url=NEW, ShopPass="another1"))
    assert held(desk, shop)[0].gateway_url == NEW


async def test_a_new_production_shop_has_the_vendors_address_until_another_is_approved(
    desk: Desk, admin: Actor, second: Actor
) -> None:
    shop = add_shop(desk, admin, replace(MOVED, ShopPass="another1")).shop
    assert held(desk, shop)[0].gateway_url == USUAL
    with pytest.raises(NotPermitted):
        approve(desk, admin, shop.id, waiting(desk, shop))
    approve(desk, second, shop.id, waiting(desk, shop))
    assert held(desk, shop)[0].gateway_url == NEW


async def test_of_a_shop_added_on_the_machine_the_log_says_where_its_password_goes(
    desk: Desk,
) -> None:
    names = ("production", "9200000000002", "another1", "Ours", NEW)
    shop = add_shop_by_command(desk.database, *names, ours=desk.settings.our_shops).shop
    assert held(desk, shop) == (shop, None)
    with desk.database.reading() as session:
        added = select(AuditEntry).where(AuditEntry.action == "shop-added")
        entry = session.exec(added.where(AuditEntry.subject == shop.shop_id)).one()
    assert entry.email == BY_COMMAND
    assert NEW in entry.detail
