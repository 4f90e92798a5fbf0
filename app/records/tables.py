"""Every table of the dashboard, imported once so that `metadata` knows them all."""

from sqlmodel import SQLModel

from app.records import (
    callbacks,
    changes,
    evictions,
    exchanges,
    launches,
    notices,
    orders,
    people,
    rejudgements,
    shops,
)

__all__ = [
    "callbacks",
    "changes",
    "evictions",
    "exchanges",
    "launches",
    "metadata",
    "notices",
    "orders",
    "people",
    "rejudgements",
    "shops",
]

metadata = SQLModel.metadata
