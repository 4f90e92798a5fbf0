"""Every kind of row that may tell of a person: which rows do, where they are shown, and what they
say without them. Erased in this order: orders last, since they say who it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.desk.persons import rows, without
from app.desk.persons.person import Person
from app.protocol.words import N_
from app.records.accounts import AuditEntry
from app.records.batches import Batch, BatchItem
from app.records.book import BookEntry
from app.records.callbacks import Callback
from app.records.cases import Attachment, Case, CaseEvent
from app.records.changes import Change
from app.records.exchanges import Exchange
from app.records.imports import Import, ImportedResult
from app.records.news import Matter
from app.records.notifications import Notification
from app.records.orders import Order
from app.records.payment_links import PaymentLink
from app.records.refunds import Refund
from app.records.saved_views import SavedView


@dataclass(frozen=True)
class Kind:
    """`name` in exports and in the audit log, `label` for people. `address`: where a row is shown,
    empty for nowhere. `is_deleted`: it is nothing without the person."""

    name: str
    label: str
    table: Any
    find: rows.Find
    without: Callable[[Any, Person], Mapping[str, Any]]
    address: Callable[[Any], str] = lambda _: ""
    is_deleted: bool = False


def _at(beginning: str, name: str = "id") -> Callable[[Any], str]:
    return lambda row: f"{beginning}/{getattr(row, name)}"


_LIST, _CASE = _at("/lookups/batches", "batch_key"), _at("/cases", "case_key")
_of, _saying, _texts = rows.of_orders, rows.saying, without.texts

AUDIT = Kind(
    "audit",
    N_("Entries of the audit log"),
    AuditEntry,
    rows.audit,
    without.audit_entry,
)
FILES = Kind("files", N_("Files of cases"), Attachment, rows.files_of, without.file)
ORDERS = Kind(
    "orders",
    N_("Orders"),
    Order,
    lambda _, person: person.keys,
    without.order,
    _at("/orders"),
)

KINDS: tuple[Kind, ...] = (
    Kind(
        "exchanges",
        N_("Exchanges"),
        Exchange,
        rows.exchanges,
        without.exchange,
        _at("/exchanges"),
    ),
    Kind(
        "callbacks",
        N_("Callbacks"),
        Callback,
        rows.callbacks,
        without.callback,
        _at("/callbacks"),
    ),
    Kind(
        "notifications",
        N_("Notices of the gateway"),
        Notification,
        rows.notifications,
        without.notification,
    ),
    Kind("changes", N_("Changes of orders"), Change, _of(Change), _texts("reason")),
    Kind("payment-links", N_("Payment links"), PaymentLink, _of(PaymentLink), without.nothing),
    Kind(
        "import-results",
        N_("Results out of files"),
        ImportedResult,
        rows.imported,
        without.imported,
        _at("/imports", "import_key"),
    ),
    Kind(
        "imports",
        N_("Imported files"),
        Import,
        _saying(Import, "file_name", "unread"),
        _texts("file_name", "unread"),
        _at("/imports"),
    ),
    Kind(
        "lists", N_("Lists of lookups"), Batch, rows.batches, without.batch, _at("/lookups/batches")
    ),
    Kind(
        "list-lines",
        N_("Lines of lists"),
        BatchItem,
        rows.lines_of,
        _texts("order_id", "said", "unread", "detail", "screen_said"),
        _LIST,
    ),
    Kind(
        "case-entries",
        N_("Entries of cases"),
        CaseEvent,
        rows.case_events,
        without.case_event,
        _CASE,
    ),
    FILES,
    Kind(
        "refunds",
        N_("Refunds"),
        Refund,
        rows.refunds,
        _texts("payout_reference", "reason"),
        _CASE,
    ),
    Kind("cases", N_("Cases"), Case, rows.cases_of, _texts("subject", "decision"), _at("/cases")),
    Kind(
        "views",
        N_("Saved views"),
        SavedView,
        _saying(SavedView, "name", "query"),
        without.nothing,
        is_deleted=True,
    ),
    Kind("book", N_("Lines of the shop's order list"), BookEntry, rows.book, without.book_entry),
    Kind("news", N_("News"), Matter, _of(Matter), without.nothing),
    AUDIT,
    ORDERS,
)
