"""A production shop's new gateway address: one administrator proposes it, another approves.

Our ShopPass goes to that address with every call: whoever chooses it can read the password, and
forge the results of real payments with it. So nobody does it alone.
"""

from __future__ import annotations

from sqlmodel import Session

from app.desk.audit import record_action
from app.desk.callbacks import reverify
from app.desk.context import Actor, Desk
from app.desk.permissions import NotPermitted, Permission, demand
from app.records.gateway_proposals import (
    GatewayProposal,
    drop_proposals,
    proposal_of,
    take_proposal,
)
from app.records.shops import Environment, Shop


class OtherProposal(Exception):
    """What was looked at is not what stands now: it was decided, or proposed anew."""


def needs_approval(shop: Shop, address: str) -> bool:
    """Whether this address of this shop is for two to decide."""
    return shop.environment is Environment.PRODUCTION and address != shop.gateway_url


def propose(session: Session, actor: Actor, shop: Shop, address: str, password: str) -> None:
    """Put an address forward, with the password that was typed for it."""
    drop_proposals(session, shop.id)
    session.add(
        GatewayProposal(
            shop_key=shop.id, gateway_url=address, password=password, proposed_by=actor.user_key
        )
    )
    record_action(
        session,
        actor,
        "gateway-proposed",
        subject=shop.shop_id,
        before=shop.gateway_url,
        after=address,
    )


def approve(desk: Desk, actor: Actor, shop_key: str, proposal_key: str) -> int:
    """Have the shop's calls go there from now on; how many verdicts of results have changed.

    Raises LookupError, OtherProposal, NotPermitted (to whoever proposed it) and FactorNeeded.
    """
    with desk.database.writing() as session:
        shop = _locked(session, actor, shop_key)
        standing = proposal_of(session, shop_key)
        if standing is not None and standing.proposed_by == actor.user_key:
            raise NotPermitted("whoever proposes an address does not approve it")
        taken = take_proposal(session, shop_key, proposal_key)
        if taken is None:
            raise OtherProposal
        before, shop.gateway_url = shop.gateway_url, taken.gateway_url
        new_password = shop.take_password(taken.password)
        record_action(
            session,
            actor,
            "gateway-approved",
            subject=shop.shop_id,
            before=before,
            after=taken.gateway_url,
            proposed_by=taken.proposed_by,
            password_changed=new_password,
        )
    return reverify(desk.database, desk.settings.our_shops) if new_password else 0


def refuse(desk: Desk, actor: Actor, shop_key: str, proposal_key: str) -> None:
    """Leave the address as it is: by a second administrator, or by whoever proposed it.

    Raises LookupError, OtherProposal, NotPermitted and FactorNeeded.
    """
    with desk.database.writing() as session:
        shop = _locked(session, actor, shop_key)
        taken = take_proposal(session, shop_key, proposal_key)
        if taken is None:
            raise OtherProposal
        record_action(
            session, actor, "gateway-refused", subject=shop.shop_id, refused=taken.gateway_url
        )


def _locked(session: Session, actor: Actor, shop_key: str) -> Shop:
    shop = session.get(Shop, shop_key, with_for_update=True)
    if shop is None:
        raise LookupError(shop_key)
    demand(actor, Permission.MANAGE_SHOPS, shop.environment)
    return shop
