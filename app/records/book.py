"""The shop's own book: which amount it says each of its orders has."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.clock import now
from app.records.columns import Record, identifier, key, reference, timestamp

CUSTOMER_LENGTH = 100


class BookEntry(Record, table=True):
    """One order as the shop's list has it. `amount` and `tax` are yen; `customer` is what the shop
    calls whoever pays. The list read last counts."""

    __tablename__ = "book_entries"
    __table_args__ = (UniqueConstraint("shop_key", "order_id"),)

    id: str = key()
    shop_key: str = reference("shops.id", index=False)
    order_id: str = identifier(27)
    amount: int
    tax: int = 0
    customer: str = Field(default="", max_length=CUSTOMER_LENGTH)
    said_at: datetime = timestamp(now)
