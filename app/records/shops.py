"""Shops: the contracts with the gateway, each in one environment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import Record, encrypted_text, enum_column, key, timestamp


class Environment(StrEnum):
    """Where a shop's payments happen. One environment is shown at a time."""

    SANDBOX = "sandbox"
    TEST = "test"
    PRODUCTION = "production"


class Confirmation(StrEnum):
    """When a reported payment is confirmed by a lookup without anybody asking."""

    AT_ONCE = "at-once"
    AFTER_AN_HOUR = "after-60-minutes"
    NEVER = "never"


class Shop(Record, table=True):
    """A ShopID with its password. A ShopID belongs to one environment for ever."""

    __tablename__ = "shops"

    id: str = key()
    shop_id: str = Field(unique=True, max_length=13)
    environment: Environment = enum_column(Environment, index=True)
    name: str = Field(max_length=60)
    password: str = encrypted_text()
    # Serves the diagnosis of a mismatch only: it never verifies anything.
    previous_password: str | None = encrypted_text()
    password_changed_at: datetime | None = timestamp()
    # None for the sandbox that ships inside: its address is the one served at each start.
    gateway_url: str | None = Field(default=None, max_length=200)
    order_prefix: str = Field(default="", max_length=12)
    confirmation: Confirmation = enum_column(Confirmation, Confirmation.AT_ONCE)
    created_at: datetime = timestamp(now)
    # Where customers' results are handed on to, None where they end here, and what names the
    # address of ours that hands them on. The key stays when the address changes.
    hand_on_to: str | None = Field(default=None, max_length=256)
    hand_on_key: str | None = Field(default=None, unique=True, max_length=32)

    @property
    def is_built_in(self) -> bool:
        """Whether it is the sandbox's that ships inside, whose password is public."""
        return self.environment is Environment.SANDBOX and self.gateway_url is None

    def take_password(self, password: str) -> bool:
        """Sign with this password from now on; whether it is another one. Empty keeps the one
        there is."""
        if not password or password == self.password:
            return False
        self.previous_password, self.password = self.password, password
        self.password_changed_at = now()
        return True


def hand_on_addresses(session: Session) -> Mapping[str, tuple[str, str]]:
    """The shop's key and where it has results handed on to, by the key in our address."""
    query = select(Shop.hand_on_key, Shop.id, Shop.hand_on_to).where(
        col(Shop.hand_on_key).is_not(None), col(Shop.hand_on_to).is_not(None)
    )
    return {str(key): (shop_key, str(to)) for key, shop_key, to in session.exec(query)}


def shop_by_id(session: Session, shop_id: str) -> Shop | None:
    """The shop with this ShopID."""
    return session.exec(select(Shop).where(Shop.shop_id == shop_id)).one_or_none()


_CONFIRMATION = select(Shop.confirmation).where(Shop.id == bindparam("key"))


def confirmation_of(session: Session, shop_key: str) -> Confirmation:
    """A shop's policy alone: reading the whole row would decrypt its passwords."""
    return Confirmation(session.exec(_CONFIRMATION, params={"key": shop_key}).one())


_LOCKED = select(Shop).where(Shop.id == bindparam("key")).with_for_update(key_share=True)


def locked_shop(session: Session, shop_key: str) -> Shop | None:
    """The shop, locked: its OrderIDs are given out one at a time."""
    return session.exec(_LOCKED, params={"key": shop_key}).one_or_none()


def shops_of(session: Session, environment: Environment) -> Sequence[Shop]:
    """The open shops of one environment, oldest first."""
    query = select(Shop).where(Shop.environment == environment)
    return session.exec(query.order_by(col(Shop.id))).all()


def all_shops(session: Session) -> Sequence[Shop]:
    """Every shop, by environment and age."""
    return session.exec(select(Shop).order_by(col(Shop.environment), col(Shop.id))).all()


@dataclass(frozen=True)
class OurShops:
    """Which shops count: all of them, but the sandbox's own only while the sandbox is on, for its
    password is public."""

    sandbox_on: bool

    def __contains__(self, shop: Shop) -> bool:
        return self.sandbox_on or not shop.is_built_in

    def named(self, session: Session, shop_ids: Iterable[str]) -> Mapping[str, Shop]:
        """Those among these ShopIDs, by ShopID."""
        wanted = [shop_id for shop_id in shop_ids if shop_id.isascii() and shop_id.isalnum()]
        found = session.exec(_NAMED, params={"shop_ids": wanted}).all() if wanted else ()
        return {shop.shop_id: shop for shop in found if shop in self}

    def all(self, session: Session) -> Sequence[Shop]:
        """All of them, by environment and age."""
        return [shop for shop in all_shops(session) if shop in self]


# Built once: it is asked for every handful of callbacks.
_NAMED = select(Shop).where(col(Shop.shop_id).in_(bindparam("shop_ids", expanding=True)))
