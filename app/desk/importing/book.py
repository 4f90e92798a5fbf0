"""The shop's order list: which amount its own book says that each order has.

Of an order that was not made here nobody knows what was to be paid, so nothing could confirm it.
With the book it can be: confirmed then means equal to the book, and is said so. Of an order made
here the book changes nothing: what we sent is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import undefer
from sqlmodel import Session, col, select

from app.clock import now
from app.desk.audit import record_action
from app.desk.books import reading as books
from app.desk.books.cells import Problem
from app.desk.books.columns import Role
from app.desk.books.reading import BookLine
from app.desk.context import Actor
from app.desk.permissions import Permission, demand
from app.desk.status.call_results import found_by, last_answer
from app.desk.status.confirmation_policy import schedule_waiting
from app.desk.status.updates import StatusReport, Terms, apply_report
from app.protocol.statuses import Status
from app.protocol.wire import parse_jst_stamp
from app.protocol.words import N_
from app.records.book import CUSTOMER_LENGTH, BookEntry, entries_of
from app.records.database import Database
from app.records.derived_columns import SPOKEN_OF
from app.records.exchanges import Exchange, history_of
from app.records.orders import Order, Origin, Source, erased_among
from app.records.shops import Confirmation, Shop

BATCH = 100
"""Entries that are written in one short transaction."""

PROBLEMS_SHOWN = 50

YEN_MOST = 10_000_000

NO_HEAD = N_("The first line has to name the columns: OrderID and Amount, and perhaps Tax.")
NO_ORDER_COLUMN = N_("No column of the first line is called OrderID, 注文番号 or the like.")
NO_AMOUNT_COLUMN = N_("No column of the first line is called Amount, 金額 or the like.")
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
    """The orders of a list, whose first line names the columns. Raises BookRefused."""
    reading = books.read_book(data)
    if not reading.columns.header or not reading.named:
        raise BookRefused([(1, NO_HEAD)])
    columns = {Role.ORDER_ID: NO_ORDER_COLUMN, Role.AMOUNT: NO_AMOUNT_COLUMN}
    if missing := [(1, words) for role, words in columns.items() if role not in reading.named]:
        raise BookRefused(missing)
    found: dict[str, Line] = {}
    problems: list[tuple[int, str]] = []
    for read in reading.lines:
        line = _line(read)
        if isinstance(line, str):
            problems.append((read.line, line))
        elif line.order_id in found and _money(found[line.order_id]) != _money(line):
            problems.append((read.line, TWICE))
        else:
            found[line.order_id] = line
    if problems or not found:
        raise BookRefused(problems[:PROBLEMS_SHOWN] or [(1, NO_HEAD)])
    return [*found.values()]


def _line(read: BookLine) -> Line | str:
    if read.problem not in (None, Problem.DUPLICATE):
        return NO_NUMBER
    if read.yen is None:
        return NO_AMOUNT
    amount, tax = read.yen - read.tax, read.tax
    if max(amount, tax) > YEN_MOST:
        return NO_AMOUNT
    return Line(read.line, read.order_id, amount, tax, read.customer[:CUSTOMER_LENGTH])


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
    known, erased = entries_of(session, shop.id, named), erased_among(session, named)
    for line in lines:
        entry = known.get(line.order_id) or BookEntry(
            shop_key=shop.id, order_id=line.order_id, amount=line.amount
        )
        entry.amount, entry.tax = line.amount, line.tax
        # Whoever paid may have been erased: the shop's list does not bring them back.
        entry.customer = "" if line.order_id in erased else line.customer
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
