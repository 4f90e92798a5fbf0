"""Which rows anybody can make: the password that signs the sandbox's results is public.

Each condition stands here in SQL, word for word as its index has it: a database takes such an
index for nothing else. The index names what all its rows have in common as well: SQLite, which
knows not how many there are, would else take an index that fits fewer of the words.
"""

from sqlalchemy import Index

from app.records.columns import index_of_some

WITHOUT_EFFECT = (
    "environment = 'sandbox' AND verdict = 'verified' AND applied IN ('agreed', 'nothing')"
)
"""Callbacks of the sandbox that are verified, and changed nothing."""

MET_BY_CALLBACK = "environment = 'sandbox' AND origin = 'callback'"
"""Orders of the sandbox that a callback named first."""


def callbacks_index() -> Index:
    """Of the callbacks without effect, by key."""
    return index_of_some("ix_callbacks_sandbox", ["environment", "verdict", "id"], WITHOUT_EFFECT)


def orders_index() -> Index:
    """Of the orders met by a callback, by key."""
    return index_of_some("ix_orders_sandbox", ["environment", "origin", "id"], MET_BY_CALLBACK)
