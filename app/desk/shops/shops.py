"""Shops: adding and changing them. A password goes in and never comes out."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from app.clock import now
from app.desk.audit import record_action
from app.desk.callbacks import reverify
from app.desk.context import Actor, Desk
from app.desk.permissions import Permission, demand
from app.desk.shops.gateway_proposals import needs_approval, propose
from app.desk.shops.validation import (
    GATEWAYS,
    PASSWORD_IS_OF_ADDRESS,
    TAKEN,
    THIS_MACHINE,
    ShopDraft,
    change_problems,
    is_this_machines,
    new_problems,
    tidy_address,
)
from app.desk.status.confirmation_policy import follow_policy
from app.desk.validation_errors import ValidationErrors
from app.records.database import Database
from app.records.keys import new_hand_on_key
from app.records.purge import forget_sandbox
from app.records.shops import Confirmation, Environment, OurShops, Shop

# The sandbox's shop is public: its credentials stand on its guide page too.
SANDBOX_SHOP_ID = "tshop00000001"
SANDBOX_SHOP_PASS = "tpass7xq"  # noqa: S105  # nosec B105 # the built-in sandbox's, printed in its guide
SANDBOX_SHOP_NAME = "Sandbox"


class ShopRefused(ValidationErrors):
    """A shop cannot be kept like this."""


@dataclass(frozen=True)
class Changed:
    """What a change of a shop came to. `rejudged` counts callbacks whose verdict is another now."""

    shop: Shop
    rejudged: int = 0


def add_shop(desk: Desk, actor: Actor, draft: ShopDraft) -> Changed:
    """Add a test or production shop, and judge again what it may explain.

    A production shop has the vendor's gateway until a second administrator has approved another.
    Raises ShopRefused, NotPermitted, FactorNeeded.
    """
    shop = _new_shop(draft)
    demand(actor, Permission.MANAGE_SHOPS, shop.environment)
    wanted = shop.gateway_url or ""
    if _may_not_reach(desk, wanted):
        raise ShopRefused({"gateway_url": THIS_MACHINE})
    usual = GATEWAYS[shop.environment]
    is_for_two = shop.environment is Environment.PRODUCTION and wanted != usual
    if is_for_two:
        shop.gateway_url = usual
    try:
        with desk.database.writing() as session:
            session.add(shop)
            session.flush()
            record_action(session, actor, "shop-added", subject=shop.shop_id, **_audit_detail(shop))
            if is_for_two:
                propose(session, actor, shop, wanted, draft.ShopPass)
    except IntegrityError:
        raise ShopRefused({"ShopID": TAKEN}) from None
    return Changed(shop, _rejudge(desk))


def add_shop_by_command(
    database: Database,
    environment: str,
    shop_id: str,
    password: str,
    name: str,
    gateway_url: str | None,
    *,
    ours: OurShops,
) -> Changed:
    """Add a shop from the command line; without a gateway address, the environment's usual one.

    Whoever has the machine has everything: nobody approves it, and the audit log says who did it.
    What it may explain is judged again. Raises ShopRefused.
    """
    shop = _new_shop(ShopDraft(environment, shop_id, password, name, gateway_url or ""))
    try:
        with database.writing() as session:
            session.add(shop)
            session.flush()
            record_action(session, None, "shop-added", subject=shop.shop_id, **_audit_detail(shop))
    except IntegrityError:
        raise ShopRefused({"ShopID": TAKEN}) from None
    return Changed(shop, reverify(database, ours))


def change_shop(desk: Desk, actor: Actor, key: str, draft: ShopDraft) -> Changed:
    """Change what may change of a shop; an empty password keeps the present one.

    The sandbox's shop keeps its gateway and password; a production shop's new gateway waits for a
    second administrator. Raises ShopRefused, NotPermitted, FactorNeeded.
    """
    with desk.database.writing() as session:
        shop = session.get_one(Shop, key)
        demand(actor, Permission.MANAGE_SHOPS, shop.environment)
        ours = shop.environment is Environment.SANDBOX
        problems = change_problems(draft, desk.settings.base_url, sandbox=ours)
        if not ours and _moves(shop, draft):
            if not draft.ShopPass:
                # It would go to an address that it was not typed for.
                problems.setdefault("ShopPass", PASSWORD_IS_OF_ADDRESS)
            if "gateway_url" not in problems and _may_not_reach(desk, draft.gateway_url):
                problems["gateway_url"] = THIS_MACHINE
        if problems:
            raise ShopRefused(problems)
        shop.name = draft.name.strip()
        shop.order_prefix = draft.order_prefix
        shop.hand_on_to = draft.HandOnTo.strip() or None
        if shop.hand_on_to and not shop.hand_on_key:
            # It stays for good: an order that was sent with it may come back after months.
            shop.hand_on_key = new_hand_on_key()
        before = shop.confirmation
        shop.confirmation = Confirmation(draft.confirmation or before)
        new_password = not ours and _move(session, actor, shop, draft)
        record_action(
            session,
            actor,
            "shop-changed",
            subject=shop.shop_id,
            **_audit_detail(shop),
            password_changed=new_password,
        )
    if shop.confirmation is not before:
        follow_policy(desk.database, shop.id)
    return Changed(shop, _rejudge(desk) if new_password else 0)


def _moves(shop: Shop, draft: ShopDraft) -> bool:
    return tidy_address(draft.gateway_url, shop.environment) != shop.gateway_url


def _may_not_reach(desk: Desk, address: str) -> bool:
    """Whether it is on this machine, where none is but the sandbox: what an administrator of a
    desk elsewhere would read there are the answers of its other services."""
    return is_this_machines(address) and not desk.settings.sandbox_on


def _move(session: Session, actor: Actor, shop: Shop, draft: ShopDraft) -> bool:
    """Take or propose the address and the password typed for it; whether that is another now."""
    address = tidy_address(draft.gateway_url, shop.environment)
    if needs_approval(shop, address):
        propose(session, actor, shop, address, draft.ShopPass)
        return False
    shop.gateway_url = address
    return shop.take_password(draft.ShopPass)


def _rejudge(desk: Desk) -> int:
    return reverify(desk.database, desk.settings.our_shops)


def ensure_sandbox_shop(database: Database) -> None:
    """Register the sandbox's own shop, once."""
    with database.writing() as session:
        # By its key alone: reading the whole row would open its password, and load all that needs.
        query = select(Shop.id).where(Shop.shop_id == SANDBOX_SHOP_ID)
        if session.exec(query).first() is None:
            session.add(
                Shop(
                    shop_id=SANDBOX_SHOP_ID,
                    environment=Environment.SANDBOX,
                    name=SANDBOX_SHOP_NAME,
                    password=SANDBOX_SHOP_PASS,
                )
            )


def shop_of(session: Session, desk: Desk, key: str) -> Shop | None:
    """The shop with this key; the sandbox's is hidden while the sandbox is off."""
    shop = session.get(Shop, key)
    if shop and shop.environment is Environment.SANDBOX and desk.settings.sandbox_url is None:
        return None
    return shop


def _new_shop(draft: ShopDraft) -> Shop:
    problems = new_problems(draft)
    if problems:
        raise ShopRefused(problems)
    environment = Environment(draft.environment)
    return Shop(
        shop_id=draft.ShopID,
        environment=environment,
        name=draft.name.strip(),
        password=draft.ShopPass,
        password_changed_at=now(),
        gateway_url=tidy_address(draft.gateway_url, environment),
        order_prefix=draft.order_prefix,
        confirmation=Confirmation(draft.confirmation or Confirmation.AT_ONCE),
    )


def _audit_detail(shop: Shop) -> dict[str, str | None]:
    """What the audit log may hold of a shop."""
    return {
        "environment": shop.environment,
        "name": shop.name,
        "gateway": shop.gateway_url,
        "prefix": shop.order_prefix,
        "confirmation": shop.confirmation,
        "hand_on_to": shop.hand_on_to,
    }


def reset_sandbox_orders(desk: Desk, actor: Actor) -> int:
    """Forget the orders of the sandbox's environment, no other's; how many there were."""
    with desk.database.writing() as session:
        number = forget_sandbox(session)
        record_action(session, actor, "sandbox-orders-forgotten", orders=number)
    return number
