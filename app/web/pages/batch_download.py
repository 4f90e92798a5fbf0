"""A batch's result as a CSV file: every line of the list with what it came to, in its order."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.protocol.wire import JST
from app.protocol.words import N_, Sentence, say
from app.records.batch_items import lines_after
from app.records.batches import Batch, BatchItem, batch_of
from app.records.database import Database
from app.records.shops import all_shops
from app.web.http.csv_download import Row, csv_download
from app.web.http.requests import desk_of
from app.web.presentation.batches import GRID, problem_of, sentence_of
from app.web.presentation.templates import language_of

BATCH = 500
"""Rows that are in memory at once, however many there are."""

COLUMNS: Sequence[str | Sentence] = (
    *(Sentence(N_("Line")), "OrderID", "ShopID", Sentence(N_("Verdict"))),
    *(Sentence(N_("Verdict in words")), Sentence(N_("What it means"))),
    *(Sentence(N_("Status in the file")), Sentence(N_("Amount in the file"))),
    *(Sentence(N_("Status held before")), Sentence(N_("Amount held before"))),
    *(Sentence(N_("Status at the gateway")), Sentence(N_("Amount at the gateway"))),
    *(Sentence(N_("Answered (JST)")), Sentence(N_("Does not agree since (JST)"))),
    *(Sentence(N_("Line of the gateway's list")), Sentence(N_("Status in the gateway's list"))),
    Sentence(N_("Amount in the gateway's list")),
)


def download(request: Request) -> Response:
    """GET /lookups/batches/{key}.csv."""
    database, key = desk_of(request).database, request.path_params["key"]
    with database.reading() as session:
        if batch_of(session, key) is None:
            raise HTTPException(404)
        shops = {shop.id: shop.shop_id for shop in all_shops(session)}
    return csv_download(f"lookups-{key}.csv", _batches(database, key, language_of(request), shops))


def source(request: Request) -> Response:
    """GET /lookups/batches/{key}/source: a file as it was given; `of=screen` the gateway's list."""
    with desk_of(request).database.reading() as session:
        batch = session.get(Batch, request.path_params["key"])
        of_screen = request.query_params.get("of") == "screen"
        data = (batch.screen if of_screen else batch.source) if batch else None
    if batch is None or data is None:
        raise HTTPException(404)
    name = f"list-{batch.id}{'-gateway' if of_screen else ''}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(zlib.decompress(data), media_type="text/csv", headers=headers)


def _batches(
    database: Database, key: str, language: str, shops: Mapping[str, str]
) -> Iterator[Sequence[Row]]:
    yield [[one if isinstance(one, str) else say(language, one) for one in COLUMNS]]
    # A session for each: none is open while a slow reader takes what it was given.
    last = 0
    while True:
        with database.reading() as session:
            items = lines_after(session, key, last, BATCH)
        if not items:
            return
        last = items[-1].line
        yield [_row(language, item, shops) for item in items]


def _row(language: str, item: BatchItem, shops: Mapping[str, str]) -> Row:
    words = problem_of(item) if item.problem else sentence_of(item)
    return [
        item.line if item.listed else "",
        item.order_id,
        shops.get(item.shop_key or "", ""),
        item.verdict,
        say(language, GRID[item.verdict].label),
        say(language, words),
        item.said,
        item.yen,
        item.here_status,
        item.here_yen,
        item.gateway_status,
        item.gateway_yen,
        _jst(item.gateway_at),
        _jst(item.began_at),
        item.screen_line,
        item.screen_said,
        item.screen_yen,
    ]


def _jst(moment: datetime | None) -> str:
    return f"{moment.astimezone(JST):%Y-%m-%d %H:%M:%S}" if moment else ""
