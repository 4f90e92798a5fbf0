"""The columns of the list of orders that somebody may choose, and what their cells need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.protocol.words import N_
from app.records.accounts import emails_of
from app.records.callback_lists import tags_of_orders
from app.records.orders import Order
from app.web.http.cookies import remember

COOKIE = "order_columns"


class Column(StrEnum):
    """A column besides those that every list has, in the order in which they stand."""

    FIELD1 = "ClientField1"
    FIELD2 = "ClientField2"
    FIELD3 = "ClientField3"
    PAID = "paid"
    SOURCE = "source"
    MARKS = "marks"
    SHOP = "shop"
    ACCESS_ID = "AccessID"
    MADE_BY = "made-by"


WORDS: Mapping[Column, str] = {
    Column.FIELD1: "ClientField1",
    Column.FIELD2: "ClientField2",
    Column.FIELD3: "ClientField3",
    Column.PAID: N_("Paid at"),
    Column.SOURCE: N_("Who says so"),
    Column.MARKS: N_("Marks"),
    Column.SHOP: N_("Shop"),
    Column.ACCESS_ID: "AccessID",
    Column.MADE_BY: N_("Created by"),
}
"""What each is called. A parameter of the protocol keeps its name."""


def chosen_columns(request: Request) -> Sequence[Column]:
    """The columns that the address asks for, or that this browser was last asked for."""
    query = request.query_params
    asked = query.getlist("columns") if "columns" in query else [request.cookies.get(COOKIE, "")]
    names = {name for one in asked for name in one.split(".")}
    return [column for column in Column if column in names]


def remember_columns(request: Request, response: Response) -> None:
    """Let the browser keep the columns that the address asks for."""
    if "columns" in request.query_params:
        remember(request, response, COOKIE, ".".join(chosen_columns(request)))


def column_context(
    session: Session, request: Request, orders: Sequence[Order], *, several_shops: bool
) -> dict[str, Any]:
    """What the table needs: two queries more at most, however many rows it has."""
    columns = chosen_columns(request)
    if several_shops and Column.SHOP not in columns:
        columns = [one for one in Column if one in columns or one is Column.SHOP]
    keys = [order.id for order in orders]
    makers = {order.created_by for order in orders if order.created_by}
    return {
        "columns": columns,
        "column_words": WORDS,
        "marks_of": tags_of_orders(session, keys) if Column.MARKS in columns else {},
        "makers": emails_of(session, makers) if Column.MADE_BY in columns else {},
    }
