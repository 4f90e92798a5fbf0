"""The lists as CSV files: what the same address without `.csv` shows, all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.clock import now
from app.desk.orders.filing import file_what_is_here
from app.protocol.wire import JST
from app.protocol.words import N_, Sentence, say
from app.records.callback_lists import callbacks_page, copies_of
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.order_lists import orders_page
from app.records.orders import Order
from app.records.paging import Page, Place
from app.records.shops import Shop, all_shops
from app.web.http.csv_download import Row, csv_download
from app.web.http.notes import note
from app.web.http.requests import desk_of, environment_of
from app.web.pages.callbacks import read_callback_filter
from app.web.pages.order_filters import read_filters
from app.web.presentation.marks import MONEY, STATUSES, TAGS, VERDICTS
from app.web.presentation.templates import language_of

BATCH = 500
"""Rows that are in memory at once, however many there are."""

Listed = TypeVar("Listed", Order, Callback)

Column = str | Sentence
"""A parameter keeps the name that the protocol gives it; a sentence is said in the page's words."""

ORDER_COLUMNS: Sequence[Column] = (
    *("OrderID", "ShopID", "Status", Sentence(N_("Status in words"))),
    *(Sentence(N_("Reported or confirmed")), "Amount", "Tax", Sentence(N_("Total"))),
    *(Sentence(N_("Total by the gateway's word")), "AccessID"),
    *("ClientField1", "ClientField2", "ClientField3", Sentence(N_("Created (JST)"))),
    *(Sentence(N_("Paid (JST)")), Sentence(N_("Status since (JST)"))),
    *(Sentence(N_("Confirmed (JST)")), Sentence(N_("Sources disagree"))),
)
CALLBACK_COLUMNS: Sequence[Column] = (
    *(Sentence(N_("Received (JST)")), Sentence(N_("Verdict")), Sentence(N_("Marks"))),
    *("ShopID", "OrderID", "Status", "TranDate", Sentence(N_("Repeats"))),
    Sentence(N_("Sender's address")),
)


def orders(request: Request) -> Response:
    """GET /orders.csv. A filter that is not understood leads to the list, which names it."""
    desk, environment = desk_of(request), environment_of(request)
    with desk.database.reading() as session:
        shops = {shop.id: shop for shop in all_shops(session)}
    asked = read_filters(request.query_params, environment, shops.values())
    if asked.problems:
        return _to_the_list(request)

    def page(session: Session, place: Place) -> Page[Order]:
        return orders_page(session, asked.wanted, place, BATCH)

    language = language_of(request)

    def rows(_: Session, listed: Sequence[Order]) -> list[Row]:
        return [_order_row(language, order, shops) for order in listed]

    def found() -> Iterator[list[Row]]:
        # The search finds what is filed alone, and an export has to be whole.
        if asked.wanted.words:
            file_what_is_here(desk.database)
        yield from _batches(desk.database, page, rows)

    return _download(request, "orders", ORDER_COLUMNS, found())


def callbacks(request: Request) -> Response:
    """GET /callbacks.csv."""
    wanted, reader = read_callback_filter(request.query_params, environment_of(request))
    if reader.problems:
        return _to_the_list(request)

    def page(session: Session, place: Place) -> Page[Callback]:
        return callbacks_page(session, wanted, place, BATCH)

    language = language_of(request)

    def rows(session: Session, listed: Sequence[Callback]) -> list[Row]:
        copies = copies_of(session, [callback.id for callback in listed])
        return [_callback_row(language, one, copies) for one in listed]

    database = desk_of(request).database
    return _download(request, "callbacks", CALLBACK_COLUMNS, _batches(database, page, rows))


def _to_the_list(request: Request) -> Response:
    path = request.url.path.removesuffix(".csv")
    return RedirectResponse(f"{path}?{urlencode(request.query_params.multi_items())}", 303)


def _download(
    request: Request, noun: str, columns: Sequence[Column], batches: Iterator[list[Row]]
) -> Response:
    language = language_of(request)
    note(request, "exported", subject=noun)

    def with_header() -> Iterator[Sequence[Row]]:
        yield [[one if isinstance(one, str) else say(language, one) for one in columns]]
        yield from batches

    day = now().astimezone(JST)
    return csv_download(f"{noun}-{environment_of(request)}-{day:%Y%m%d-%H%M}.csv", with_header())


def _batches(
    database: Database,
    page: Callable[[Session, Place], Page[Listed]],
    rows: Callable[[Session, Sequence[Listed]], list[Row]],
) -> Iterator[list[Row]]:
    # A session for each: none is open while a slow reader takes what it was given.
    place, more = Place(), True
    while more:
        with database.reading() as session:
            listed = page(session, place)
            batch = rows(session, listed.rows)
        more = listed.older
        if listed.rows:
            place = Place(before=listed.rows[-1].id)
            yield batch


def _order_row(language: str, order: Order, shops: Mapping[str, Shop]) -> Row:
    said = None if order.said_amount is None else order.said_amount + (order.said_tax or 0)
    return [
        order.order_id,
        shops[order.shop_key].shop_id,
        order.status,
        say(language, STATUSES[order.status].label),
        say(language, MONEY[order.money].label) if order.money else "",
        order.amount,
        order.tax,
        order.total,
        said,
        order.access_id,
        order.client_field1,
        order.client_field2,
        order.client_field3,
        _jst(order.created_at),
        _jst(order.status_at) if order.money else "",
        _jst(order.status_at),
        _jst(order.confirmed_at),
        order.conflict,
    ]


def _callback_row(language: str, callback: Callback, copies: Mapping[str, int]) -> Row:
    verdict = VERDICTS.get(callback.verdict or "")
    tags = (say(language, TAGS[tag].label) if tag in TAGS else tag for tag in callback.tag_list)
    return [
        _jst(callback.received_at),
        say(language, verdict.label) if verdict else "",
        " ".join(tags),
        callback.shop_id,
        callback.order_id,
        callback.status,
        callback.tran_date,
        copies.get(callback.id, 0),
        callback.remote_address,
    ]


def _jst(moment: datetime | None) -> str:
    return f"{moment.astimezone(JST):%Y-%m-%d %H:%M:%S}" if moment else ""
