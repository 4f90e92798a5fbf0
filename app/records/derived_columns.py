"""What stands in the table of orders for its lists: columns that the database works out by itself,
and what an order is like that an index of a few holds.

The migrations hold the expressions (SQLite writes one of them otherwise); here they stand so that
queries know the columns.
"""

from sqlalchemy import BigInteger, Column, Computed, Index
from sqlalchemy.schema import SchemaItem

from app.records.columns import UtcDateTime, identifier_type

NOT_FILED, SPOKEN_OF, TO_BE_COUNTED = 0, -1, -2
"""`Order.filed` of an order that the search does not know as it is: a new one, and one of which a
source has spoken since. And of one that the search knows, but that is counted as something else."""

WATCHED = (
    "conflict IS NOT NULL"
    " OR status = 'unknown' AND (source IN ('entry', 'exec')"
    " OR origin = 'callback' AND status_at IS NULL)"
    " OR status <> 'PAYSUCCESS' AND unproven_at IS NOT NULL"
    " AND (spoken_at IS NULL OR unproven_at > spoken_at)"
    " OR double_payment = 'open'"
)
"""What an order is like that may need a person, as an index and a query must both say it, letter by
letter. What it means: `app.records.attention`."""

_YEN = "coalesce(amount + coalesce(tax, 0), said_amount + coalesce(said_tax, 0))"
_PAID_AT = "CASE WHEN status = 'PAYSUCCESS' THEN status_at END"
_FAMILY = r"regexp_replace(order_id, '(.)-[1-9][0-9]?$', '\1')"


def derived_columns() -> tuple[SchemaItem, ...]:
    """`yen`: Amount + Tax as we sent them, else as the gateway says. `paid_at`: since when a paid
    order is paid. `family`: the number of which this one is another try (`families.base_of`).

    With the indexes of lists that are sorted and bounded by them.
    """
    return (
        Column("yen", BigInteger, Computed(_YEN)),
        Column("paid_at", UtcDateTime, Computed(_PAID_AT)),
        Column("family", identifier_type(27), Computed(_FAMILY)),
        Index("ix_orders_yen", "environment", "yen", "id"),
        # With the yen: sums are read from it alone.
        Index("ix_orders_paid", "environment", "paid_at", "id", "yen"),
        Index("ix_orders_family", "shop_key", "family"),
        Index("ix_orders_filed", "filed", "id"),
    )
