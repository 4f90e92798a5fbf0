"""What each row says once it tells of nobody: the columns that change. Pure.

What is left is evidence of money: OrderIDs, amounts, dates, statuses, verdicts, and of each result
its CheckString and the SHA-256 of the bytes that came.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.clock import now
from app.desk.callbacks.late import without_person
from app.desk.persons.person import Person
from app.desk.persons.rows import FILE_ATTACHED
from app.desk.persons.words import MARK
from app.gateway import Outcome
from app.protocol.impersonal import impersonal
from app.records.accounts import AuditEntry
from app.records.batches import Batch
from app.records.book import BookEntry
from app.records.callbacks import Callback
from app.records.cases import Attachment, CaseEvent, Deed
from app.records.derived_columns import SPOKEN_OF
from app.records.exchanges import Exchange
from app.records.imports import ImportedResult
from app.records.notifications import Notification
from app.records.orders import Order

Columns = Mapping[str, Any]


def order(row: Order, person: Person) -> Columns:
    """An order without its fields; the search files it anew."""
    return {
        **dict.fromkeys(("client_field1", "client_field2", "client_field3")),
        "ret_url": row.ret_url and person.words.out_of(row.ret_url),
        "erased_at": row.erased_at or now(),
        "filed": SPOKEN_OF,
    }


def exchange(row: Exchange, person: Person) -> Columns:
    """An exchange whose messages are without the person."""
    said = row.outcome in (Outcome.ANSWERED, Outcome.PROTOCOL_ERROR)
    answer = row.answer
    if answer is not None:
        answer = person.words.out_of_bytes(impersonal(answer) if said else answer)
    return {
        "request": person.words.out_of_bytes(impersonal(row.request)),
        "answer": answer,
        "reason": row.reason and person.words.out_of(row.reason),
        "detail": row.detail and person.words.out_of(row.detail),
    }


def callback(row: Callback, person: Person) -> Columns:
    """A result without the person, and without the browser that brought it."""
    return {
        **without_person(row),
        "body": person.words.out_of_bytes(impersonal(row.body)),
        "detail": row.detail and person.words.out_of(row.detail),
        "trouble": row.trouble and person.words.out_of(row.trouble),
    }


def notification(row: Notification, person: Person) -> Columns:
    """A notification without the person, and without where it came from."""
    return {"body": person.words.out_of_bytes(impersonal(row.body)), "remote_address": ""}


def imported(row: ImportedResult, person: Person) -> Columns:
    """A result out of a file."""
    return {"body": person.words.out_of_bytes(impersonal(row.body))}


def book_entry(row: BookEntry, person: Person) -> Columns:
    """A line of the shop's list: what it comes to, and not who pays."""
    theirs = row.order_id in person.order_ids
    return {"customer": "" if theirs else person.words.out_of(row.customer)}


def texts(*names: str) -> Any:
    """Texts that people wrote, without the words."""

    def without(row: Any, person: Person) -> Columns:
        values = {name: getattr(row, name) for name in names}
        return {name: value and person.words.out_of(value) for name, value in values.items()}

    return without


def batch(row: Batch, person: Person) -> Columns:
    """A list without its files: a cell may say anything. What it came to stays, line by line."""
    names = ("file_name", "first_line", "words", "screen_facts", "reason")
    return {**texts(*names)(row, person), "source": None, "screen": None}


def case_event(row: CaseEvent, person: Person) -> Columns:
    """What was noted or told to the customer is gone where nobody else is concerned."""
    is_theirs = row.case_key in person.own_cases
    whole = is_theirs and row.deed in (Deed.NOTE, Deed.REPLIED) and row.text
    return {
        "text": MARK if whole else person.words.out_of(row.text),
        "detail": _detail(row.detail, person, names_file=is_theirs and row.deed is Deed.ATTACHED),
    }


def file(row: Attachment, person: Person) -> Columns:
    """A file's name is called whatever came to mind: of one that is theirs alone none of it stays,
    a given name by itself included."""
    if row.case_key in person.own_cases:
        return {"name": f"{MARK}.{row.kind}"}
    return {"name": person.words.out_of(row.name)}


def audit_entry(row: AuditEntry, person: Person) -> Columns:
    """An entry without the words, and without the name of a file that is theirs alone."""
    is_theirs = row.action == FILE_ATTACHED and row.subject in person.own_cases.values()
    return {
        "subject": person.words.out_of(row.subject),
        "detail": _detail(row.detail, person, names_file=is_theirs),
    }


def _detail(detail: str, person: Person, *, names_file: bool) -> str:
    if names_file:
        detail = json.dumps({**json.loads(detail), "name": MARK}, ensure_ascii=False)
    return person.words.out_of(detail)


def nothing(row: Any, person: Person) -> Columns:  # noqa: ARG001
    """It tells of nobody: keys, times and numbers."""
    return {}
