"""Every table of the dashboard, imported once so that `metadata` knows them all."""

from sqlmodel import SQLModel

from app.records import (
    accounts,
    batches,
    book,
    book_headers,
    callbacks,
    cases,
    changes,
    dropped_callbacks,
    exchanges,
    heartbeats,
    imports,
    news,
    notifications,
    order_search,
    orders,
    payment_links,
    refunds,
    reply_templates,
    saved_views,
    shops,
    signing_keys,
    tokens,
    verdict_changes,
)

__all__ = [
    "accounts",
    "batches",
    "book",
    "book_headers",
    "callbacks",
    "cases",
    "changes",
    "dropped_callbacks",
    "exchanges",
    "heartbeats",
    "imports",
    "metadata",
    "news",
    "notifications",
    "order_search",
    "orders",
    "payment_links",
    "refunds",
    "reply_templates",
    "saved_views",
    "shops",
    "signing_keys",
    "tokens",
    "verdict_changes",
]

metadata = SQLModel.metadata
