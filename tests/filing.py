"""What the job that files orders for the search would come to, at once."""

from app.records.database import Database
from app.records.order_search import file_waiting

AT_ONCE = 50


def file_all(database: Database) -> None:
    """File every order that waits."""
    with database.writing() as session:
        while file_waiting(session, AT_ONCE) == AT_ONCE:
            pass
