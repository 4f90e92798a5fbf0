"""Columns of an order that the database works out by itself, for lists that sort and bound by them.

The migrations hold the expressions (SQLite writes one of them otherwise); here they stand so that
queries know the columns.
"""

from sqlalchemy import BigInteger, Column, Computed, Index
from sqlalchemy.schema import SchemaItem

from app.records.columns import UtcDateTime, identifier_type, where

NOT_FILED = 0
"""`Order.filed` of an order that the search does not know as it is."""

_YEN = "coalesce(amount + coalesce(tax, 0), said_amount + coalesce(said_tax, 0))"
_PAID_AT = "CASE WHEN status = 'PAYSUCCESS' THEN status_at END"
_FAMILY = r"regexp_replace(order_id, '(.)-[1-9][0-9]?$', '\1')"

PAID_TRIES = "{0}status = 'PAYSUCCESS' AND {0}family <> {0}order_id"
"""The condition of the index of paid tries; a query must have it in the same words."""


def derived_columns() -> tuple[SchemaItem, ...]:
    """`yen`: Amount + Tax as we sent them, else as the gateway says. `paid_at`: since when a paid
    order is paid. `family`: the number of which this one is another try (`families.base_of`).

    With the indexes of lists that are sorted and bounded by them.
    """
    paid_tries = where(PAID_TRIES.format(""))
    return (
        Column("yen", BigInteger, Computed(_YEN)),
        Column("paid_at", UtcDateTime, Computed(_PAID_AT)),
        Column("family", identifier_type(27), Computed(_FAMILY)),
        Index("ix_orders_yen", "environment", "yen", "id"),
        Index("ix_orders_paid", "environment", "paid_at", "id"),
        Index("ix_orders_family", "shop_key", "family"),
        Index("ix_orders_filed", "filed", "id"),
        Index("ix_orders_paid_tries", "environment", "status", "id", **paid_tries),
    )
