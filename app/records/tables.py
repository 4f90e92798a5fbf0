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
    "orders",
    "payment_links",
    "shops",
    "verdict_changes",
]

metadata = SQLModel.metadata
