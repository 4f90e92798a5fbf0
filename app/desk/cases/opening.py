"""Opening a case, and giving one more orders: OrderIDs as people write them become orders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.desk.cases.deeds import CaseRefused, record_deed, working_on
from app.desk.context import Actor, Desk
from app.protocol.text import to_half_width
from app.protocol.words import N_, Sentence
from app.records.batch_cases import Line, give_case, line_of
from app.records.cases import (
    SUBJECT_LENGTH,
    Case,
    CaseKind,
    CaseOrder,
    Deed,
    next_number,
    order_keys_of,
)
from app.records.order_lists import orders_named
from app.records.orders import Order
from app.records.shops import Environment, Shop

ORDERS_AT_MOST = 20
"""Orders of one case: its page shows all that happened to each."""

TRIES = 5
"""How often a number is asked for that another process has just taken."""

KIND_NEEDED = N_("Choose what is being looked into.")
ORDER_NEEDED = N_("Name at least one OrderID.")
NOT_FOUND = N_("No order here has the OrderID %(order_id)s. Look it up first: then it is known.")
SEVERAL = N_("Several shops have an order %(order_id)s. Write it as ShopID/OrderID: %(examples)s.")
OTHER_ENVIRONMENT = N_("All orders of a case belong to one environment: %(order_id)s does not.")
TOO_MANY = N_("A case has at most %(limit)s orders.")
SUBJECT_TOO_LONG = N_("This is too long: at most %(limit)s characters.")

_BETWEEN = re.compile(r"[\s,、，;]+")


@dataclass(frozen=True)
class CaseDraft:
    """What was typed to open a case. `order_ids`: OrderIDs, or ShopID/OrderID. `row`: the line of a
    list from which it is opened."""

    kind: str
    subject: str
    order_ids: str
    row: str = ""


def open_case(desk: Desk, actor: Actor, draft: CaseDraft, environment: Environment) -> Case:
    """Open a case about these orders. Raises CaseRefused.

    What a line of a list names may be no order here nor at the gateway: then the case is about
    that line. `environment`: where a number is looked for first.
    """
    for _ in range(TRIES - 1):
        try:
            return _open(desk, actor, draft, environment)
        except IntegrityError:
            # Another process took the number meanwhile.
            continue
    return _open(desk, actor, draft, environment)


def _open(desk: Desk, actor: Actor, draft: CaseDraft, environment: Environment) -> Case:
    with desk.database.writing() as session:
        kind = _kind(draft.kind)
        subject = _subject(draft.subject)
        line = line_of(session, draft.row)
        in_line = line.item.order_id if line else ""
        orders = orders_written(session, draft.order_ids, environment, besides=in_line)
        case = Case(
            number=next_number(session),
            environment=_environment(orders, line),
            kind=kind,
            subject=subject,
            opened_by=actor.user_key,
        )
        session.add(case)
        session.flush()
        for order in orders:
            session.add(CaseOrder(case_key=case.id, order_key=order.id))
        if line:
            give_case(session, line.item.id, case.id)
        numbers = " ".join(order.order_id for order in orders) or in_line
        first = orders[0].id if orders else None
        record_deed(session, case, actor, Deed.OPENED, subject, order_key=first, orders=numbers)
        for order in orders[1:]:
            _add(session, case, actor, order)
        return case


def _environment(orders: Sequence[Order], line: Line | None) -> Environment:
    if orders:
        return orders[0].environment
    assert line is not None, "without a line at least one order is named"
    return line.batch.environment


def add_order(desk: Desk, actor: Actor, key: str, order_ids: str) -> None:
    """Make the case be about these orders too; those it has already are no fault."""
    with working_on(desk, key) as (session, case):
        orders = orders_written(session, order_ids, case.environment)
        there = set(order_keys_of(session, case.id))
        fresh = [order for order in orders if order.id not in there]
        if len(there) + len(fresh) > ORDERS_AT_MOST:
            raise CaseRefused({"OrderID": Sentence(TOO_MANY, {"limit": ORDERS_AT_MOST})})
        for order in fresh:
            if order.environment is not case.environment:
                words = Sentence(OTHER_ENVIRONMENT, {"order_id": order.order_id})
                raise CaseRefused({"OrderID": words})
            session.add(CaseOrder(case_key=case.id, order_key=order.id))
            _add(session, case, actor, order)


def _add(session: Session, case: Case, actor: Actor, order: Order) -> None:
    added = {"orders": order.order_id}
    record_deed(session, case, actor, Deed.ORDER_ADDED, order_key=order.id, **added)


def orders_written(
    session: Session, text: str, environment: Environment, besides: str = ""
) -> Sequence[Order]:
    """The orders that these numbers name, each once, all of one environment. Raises CaseRefused.

    `besides`: a number that need not be an order here.
    """
    numbers = list(dict.fromkeys(one for one in _BETWEEN.split(to_half_width(text)) if one))
    if not numbers:
        raise CaseRefused({"OrderID": ORDER_NEEDED})
    if len(numbers) > ORDERS_AT_MOST:
        raise CaseRefused({"OrderID": Sentence(TOO_MANY, {"limit": ORDERS_AT_MOST})})
    numbers = [one for one in numbers if one != besides or _having(session, one)]
    found = {order.id: order for order in (_named(session, one, environment) for one in numbers)}
    orders = list(found.values())
    for order in orders:
        if order.environment is not orders[0].environment:
            words = Sentence(OTHER_ENVIRONMENT, {"order_id": order.order_id})
            raise CaseRefused({"OrderID": words})
    return orders


def written(session: Session, order: Order) -> str:
    """How an order is named so that it is this one and no other."""
    alone = len(_having(session, order.order_id)) == 1
    return order.order_id if alone else f"{_shop_id(session, order)}/{order.order_id}"


def _named(session: Session, number: str, environment: Environment) -> Order:
    shop_id, _, order_id = number.rpartition("/")
    having = _having(session, order_id)
    if shop_id:
        having = [order for order in having if _shop_id(session, order) == shop_id]
    # Where it is looked at decides between the same number of two environments.
    here = [order for order in having if order.environment is environment] or having
    if len(here) > 1:
        examples = ", ".join(f"{_shop_id(session, order)}/{order_id}" for order in here)
        words = Sentence(SEVERAL, {"order_id": order_id, "examples": examples})
        raise CaseRefused({"OrderID": words})
    if not here:
        raise CaseRefused({"OrderID": Sentence(NOT_FOUND, {"order_id": number[:60]})})
    return here[0]


def _having(session: Session, order_id: str) -> list[Order]:
    return [order for order in orders_named(session, order_id) if order.order_id == order_id]


def _shop_id(session: Session, order: Order) -> str:
    return session.exec(select(Shop.shop_id).where(col(Shop.id) == order.shop_key)).one()


def _kind(text: str) -> CaseKind:
    try:
        return CaseKind(text)
    except ValueError:
        raise CaseRefused({"kind": KIND_NEEDED}) from None


def _subject(text: str) -> str:
    given = " ".join(text.split())
    if len(given) > SUBJECT_LENGTH:
        words = Sentence(SUBJECT_TOO_LONG, {"limit": SUBJECT_LENGTH})
        raise CaseRefused({"Subject": words})
    return given
