"""The shop's order list: which amount its own book says that each order has.

Of an order that was not made here nobody knows what was to be paid, so nothing could confirm it.
With the book it can be: confirmed then means equal to the book, and is said so. Of an order made
here the book changes nothing: what we sent is known.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import undefer
from sqlmodel import Session, col, select

from app.clock import now
from app.desk.audit import record_action
from app.desk.context import Actor
from app.desk.importing.texts import text_of
from app.desk.orders.search import amount_of
from app.desk.permissions import Permission, demand
from app.desk.status.call_results import found_by, last_answer
from app.desk.status.confirmation_policy import schedule_waiting
from app.desk.status.updates import StatusReport, Terms, apply_report
from app.protocol.fields import ORDER_ID
from app.protocol.statuses import Status
from app.protocol.text import to_half_width
from app.protocol.wire import parse_jst_stamp
from app.protocol.words import N_
from app.records.book import CUSTOMER_LENGTH, BookEntry, entries_of
from app.records.database import Database
from app.records.derived_columns import SPOKEN_OF
from app.records.exchanges import Exchange, history_of
from app.records.orders import Order, Origin, Source
from app.records.shops import Confirmation, Shop

BATCH = 100
"""Entries that are written in one short transaction."""

PROBLEMS_SHOWN = 50

YEN_MOST = 10_000_000

NAMES: Mapping[str, tuple[str, ...]] = {
    "OrderID": ("orderid", "order_id", "order id", "order", "注文番号", "注文id", "受注番号"),
    "Amount": ("amount", "金額", "利用金額", "請求金額", "price"),
    "Tax": ("tax", "税", "税額", "消費税", "税送料"),
    "Customer": ("customer", "clientfield1", "name", "顧客", "顧客名", "氏名", "お客様名"),
}
"""What a column may be called, small and half-width."""

NO_HEAD = N_("The first line has to name the columns: OrderID and Amount, and perhaps Tax.")
NO_NUMBER = N_("The OrderID is none.")
NO_AMOUNT = N_("The amount is none.")
TWICE = N_("The same OrderID stands in it twice with another amount.")


@dataclass(frozen=True)
class Line:
    """One order as the list has it. Amounts are in yen."""

    number: int
    order_id: str
    amount: int
    tax: int
    customer: str = ""


@dataclass(frozen=True)
class BookRefused(Exception):
    """The list cannot be taken as it is: by line, what is wrong. Nothing of it was stored."""

    problems: Sequence[tuple[int, str]]


@dataclass
class BookTaken:
    """What a list came to: how many orders it names, how many of them are here and were not made
    here, and how many of those it has confirmed. `contradicted`: confirmed before with another
    amount than it says."""

    entries: int = 0
    met: int = 0
    confirmed: int = 0
    contradicted: list[str] = field(default_factory=list)


def read_book(data: bytes) -> Sequence[Line]:
    """The orders of a list: CSV or TSV in any charset. Raises BookRefused."""
    text, _ = text_of(io.BytesIO(data))
    whole = "".join(text)
    delimiter = "\t" if "\t" in whole.partition("\n")[0] else ","
    rows = csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter)
    try:
        return _lines(rows)
    except csv.Error:
        raise BookRefused([(1, NO_HEAD)]) from None


def _lines(rows: Iterator[list[str]]) -> Sequence[Line]:
    columns = _columns(next(rows, []))
    if not {"OrderID", "Amount"} <= columns.keys():
        raise BookRefused([(1, NO_HEAD)])
    found: dict[str, Line] = {}
    problems: list[tuple[int, str]] = []
    for number, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        line = _line(number, {name: _cell(row, at) for name, at in columns.items()})
        if isinstance(line, str):
            problems.append((number, line))
        elif line.order_id in found and _money(found[line.order_id]) != _money(line):
            problems.append((number, TWICE))
        else:
            found[line.order_id] = line
    if problems or not found:
        raise BookRefused(problems[:PROBLEMS_SHOWN] or [(1, NO_HEAD)])
    return [*found.values()]


def _columns(head: Sequence[str]) -> dict[str, int]:
    called = [to_half_width(cell).strip().lower() for cell in head]
    return {
        name: next(at for at, cell in enumerate(called) if cell in names)
        for name, names in NAMES.items()
        if set(called) & set(names)
    }


def _cell(row: Sequence[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _line(number: int, cells: Mapping[str, str]) -> Line | str:
    order_id = to_half_width(cells["OrderID"])
    amount = amount_of(cells["Amount"])
    tax = amount_of(cells["Tax"]) if cells.get("Tax") else 0
    if not order_id or ORDER_ID.problems(order_id):
        return NO_NUMBER
    if amount is None or tax is None or max(amount, tax) > YEN_MOST:
        return NO_AMOUNT
    customer = cells.get("Customer", "").replace("\0", "\ufffd")[:CUSTOMER_LENGTH]
    return Line(number, order_id, amount, tax, customer)


def _money(line: Line) -> tuple[int, int]:
    return line.amount, line.tax


def take_book(database: Database, actor: Actor, shop: Shop, lines: Sequence[Line]) -> BookTaken:
    """Store a shop's list, and let it confirm what a lookup has said with just this amount.

    Raises NotPermitted.
    """
    demand(actor, Permission.ACT, shop.environment)
    taken = BookTaken()
    for at in range(0, len(lines), BATCH):
        with database.writing() as session:
            _take(session, shop, lines[at : at + BATCH], taken)
    with database.writing() as session:
        record_action(
            session,
            actor,
            "book-taken",
            subject=shop.shop_id,
            entries=taken.entries,
            met=taken.met,
            confirmed=taken.confirmed,
        )
    return taken


def _take(session: Session, shop: Shop, lines: Sequence[Line], taken: BookTaken) -> None:
    named = {line.order_id: line for line in lines}
    known = entries_of(session, shop.id, named)
    for line in lines:
        entry = known.get(line.order_id) or BookEntry(
            shop_key=shop.id, order_id=line.order_id, amount=line.amount
        )
        entry.amount, entry.tax, entry.customer = line.amount, line.tax, line.customer
        entry.said_at = now()
        session.add(entry)
        taken.entries += 1
    query = select(Order).where(
        Order.shop_key == shop.id,
        col(Order.order_id).in_(named),
        Order.origin != Origin.CREATED,
    )
    for order in session.exec(query.with_for_update()).all():
        taken.met += 1
        _hold_against(session, order, named[order.order_id], shop.confirmation, taken)


def _hold_against(
    session: Session, order: Order, line: Line, policy: Confirmation, taken: BookTaken
) -> None:
    if order.confirmed_at is not None and order.amount is not None:
        # What is confirmed stays: that the book says otherwise now is for a person to see.
        if (order.amount, order.tax or 0) != _money(line):
            taken.contradicted.append(order.order_id)
        return
    order.amount, order.tax = _money(line)
    # The search has to know it by the new amount.
    order.filed = SPOKEN_OF
    session.flush()
    past = history_of(session, order.id)
    lookup = last_answer(past)
    if lookup and lookup.said_status == order.status == Status.PAYSUCCESS:
        _say_again(session, order, lookup, policy)
        taken.confirmed += order.confirmed_at is not None
    else:
        schedule_waiting(session, order, policy)


def _say_again(session: Session, order: Order, lookup: Exchange, policy: Confirmation) -> None:
    """What the last lookup said is held against the amount that is known only now."""
    whole = select(Exchange).where(Exchange.id == lookup.id).options(undefer("*"))
    found = found_by(session.exec(whole.execution_options(populate_existing=True)).one())
    if found is None:
        return
    report = StatusReport(
        Source.LOOKUP,
        found.Status,
        said_at=parse_jst_stamp(found.ProcessDate),
        exchange_key=lookup.id,
        access_id=found.AccessID,
        amount=found.Amount,
        tax=found.Tax,
        in_yen=found.in_yen,
        asked_at=lookup.asked_at,
    )
    apply_report(session, order, report, Terms(policy))
