"""Every table of the dashboard, imported once so that `metadata` knows them all."""

from sqlmodel import SQLModel

from app.records import (
    accounts,
    callbacks,
    changes,
    dropped_callbacks,
    exchanges,
    heartbeats,
    notifications,
    order_search,
    orders,
    payment_links,
    shops,
    verdict_changes,
)

__all__ = [
    "accounts",
    "callbacks",
    "changes",
    "dropped_callbacks",
    "exchanges",
    "heartbeats",
    "metadata",
    "notifications",
    "order_search",
    "orders",
    "payment_links",
    "shops",
    "verdict_changes",
]

metadata = SQLModel.metadata
