"""Which rows tell of a person: those of their orders, and those in which a word of theirs stands.

Each returns keys, oldest first. What an outsider may have sent without an order of ours is read to
the byte, however it is written; what people typed is asked of the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from zlib import decompress

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col

from app.desk.persons.person import Person
from app.protocol.reading import order_id_of
from app.records.accounts import AuditEntry
from app.records.batches import Batch, BatchItem
from app.records.book import BookEntry
from app.records.callbacks import Callback
from app.records.cases import Attachment, AttachmentContent, Case, CaseEvent, Deed, cases_about
from app.records.exchanges import Exchange
from app.records.notifications import Notification
from app.records.person_rows import (
    bodies_of_imports,
    bodies_of_nobody,
    keys_where,
    rows_of,
    say,
)
from app.records.refunds import Refund

Find = Callable[[Session, Person], Sequence[str]]

FILE_ATTACHED = f"case-{Deed.ATTACHED}"
"""What the audit log calls the entry that names a case's file."""


def of_orders(table: Any) -> Find:
    """Rows that name the order."""
    return lambda session, person: keys_where(session, table, table.order_key.in_(person.keys))


def saying(table: Any, *names: str) -> Find:
    """Rows with texts in which a word stands."""

    def find(session: Session, person: Person) -> Sequence[str]:
        return keys_where(session, table, *_words_in(person, *(getattr(table, n) for n in names)))

    return find


def _words_in(person: Person, *columns: Any) -> Iterator[ColumnElement[bool]]:
    # Nothing to look for is nowhere.
    yield columns[0] != columns[0]
    if person.words:
        yield from (say(column, person.words.patterns) for column in columns)


def exchanges(session: Session, person: Person) -> Sequence[str]:
    """Those of the orders, and lookups that asked for their numbers."""
    numbers = {(order.environment, order.shop_key, order.order_id) for order in person.orders}
    named = [
        and_(
            col(Exchange.environment) == environment,
            col(Exchange.shop_key) == shop_key,
            col(Exchange.order_id) == order_id,
        )
        for environment, shop_key, order_id in numbers
    ]
    return keys_where(session, Exchange, col(Exchange.order_key).in_(person.keys), *named)


def callbacks(session: Session, person: Person) -> Sequence[str]:
    """Those of the orders, those that name one, and what strangers sent with a word in it."""
    unlinked = and_(col(Callback.order_id).in_(person.order_ids), col(Callback.order_key).is_(None))
    theirs = keys_where(session, Callback, col(Callback.order_key).in_(person.keys), unlinked)
    said = [key for key, body in bodies_of_nobody(session) if _says(person, body)]
    return sorted({*theirs, *said})


def notifications(session: Session, person: Person) -> Sequence[str]:
    """Those of the orders, and those that name one."""
    unlinked = and_(
        col(Notification.order_id).in_(person.order_ids), col(Notification.order_key).is_(None)
    )
    linked = col(Notification.order_key).in_(person.keys)
    return keys_where(session, Notification, linked, unlinked)


def imported(session: Session, person: Person) -> Sequence[str]:
    """Results out of files that name an order, or say a word."""
    return [
        key
        for key, body in bodies_of_imports(session)
        if order_id_of(body) in person.order_ids or _says(person, body)
    ]


def _says(person: Person, body: bytes) -> bool:
    return bool(person.words) and person.words.out_of_bytes(body) != body


def lines_of(session: Session, person: Person) -> Sequence[str]:
    """Lines of lists that name an order, or say a word."""
    texts = (BatchItem.order_id, BatchItem.said, BatchItem.unread, BatchItem.detail)
    said = _words_in(person, *texts, BatchItem.screen_said)
    return keys_where(session, BatchItem, col(BatchItem.order_id).in_(person.order_ids), *said)


def book(session: Session, person: Person) -> Sequence[str]:
    """Lines of the shop's own list that name an order, or call somebody by a word."""
    numbers = {(order.shop_key, order.order_id) for order in person.orders}
    named = [
        and_(col(BookEntry.shop_key) == shop_key, col(BookEntry.order_id) == order_id)
        for shop_key, order_id in numbers
    ]
    return keys_where(session, BookEntry, *named, *_words_in(person, BookEntry.customer))


def batches(session: Session, person: Person) -> Sequence[str]:
    """Lists with such a line, and those whose file says a word."""
    items = rows_of(session, BatchItem, lines_of(session, person))
    found = {item.batch_key for item in items if isinstance(item, BatchItem)}
    texts = (Batch.file_name, Batch.first_line, Batch.words, Batch.screen_facts, Batch.reason)
    found |= set(keys_where(session, Batch, *_words_in(person, *texts)))
    has_file = col(Batch.source).is_not(None) | col(Batch.screen).is_not(None)
    for batch in rows_of(session, Batch, keys_where(session, Batch, has_file)):
        assert isinstance(batch, Batch)
        files = [decompress(one) for one in (batch.source, batch.screen) if one]
        if any(person.words.stand_in(file) for file in files):
            found.add(batch.id)
    return sorted(found)


def cases_of(session: Session, person: Person) -> Sequence[str]:
    """Cases about the orders, and those that say a word."""
    about = [case.id for case in cases_about(session, person.keys)]
    texts = (Case.subject, Case.decision)
    return keys_where(session, Case, col(Case.id).in_(about), *_words_in(person, *texts))


def case_events(session: Session, person: Person) -> Sequence[str]:
    """What happened in these cases, and what says a word."""
    cases = cases_of(session, person)
    texts = (CaseEvent.text, CaseEvent.detail)
    mine = col(CaseEvent.case_key).in_(cases)
    return keys_where(session, CaseEvent, mine, *_words_in(person, *texts))


def files_of(session: Session, person: Person) -> Sequence[str]:
    """Those of cases about this person alone; of others' cases those that hold a word."""
    shared_cases = {case.id for case in cases_about(session, person.keys)} - set(person.own_cases)
    theirs = keys_where(session, Attachment, col(Attachment.case_key).in_(list(person.own_cases)))
    shared = keys_where(session, Attachment, col(Attachment.case_key).in_(shared_cases))
    held = [
        row.id
        for row in rows_of(session, AttachmentContent, shared)
        if isinstance(row, AttachmentContent) and person.words.stand_in(row.content)
    ]
    return sorted({*theirs, *held, *saying(Attachment, "name")(session, person)})


def refunds(session: Session, person: Person) -> Sequence[str]:
    """Refunds of the orders, and what says a word."""
    texts = (Refund.payout_reference, Refund.reason)
    mine = col(Refund.order_key).in_(person.keys)
    return keys_where(session, Refund, mine, *_words_in(person, *texts))


def audit(session: Session, person: Person) -> Sequence[str]:
    """Entries about the orders, those that name a file of theirs, and those that say a word."""
    texts = (AuditEntry.subject, AuditEntry.detail)
    mine = col(AuditEntry.order_key).in_(person.keys)
    names_file = and_(
        col(AuditEntry.action) == FILE_ATTACHED,
        col(AuditEntry.subject).in_(list(person.own_cases.values())),
    )
    return keys_where(session, AuditEntry, mine, names_file, *_words_in(person, *texts))
