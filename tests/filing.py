"""What the job that files orders for the search would come to, at once."""

from app.records.database import Database
from app.records.order_search import file_waiting


def file_all(database: Database) -> None:
    """File every order that waits."""
    with database.writing() as session:
        while file_waiting(session, 50):
            pass
