"""A hand-written orders list: one query, one string, padded to the weight of ours.

Run as `python -m tests.bench.floor_list PORT FILE BYTES`.
"""

import sqlite3
import sys
from html import escape

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

ROWS = 50


def application(path: str, weight: int) -> Starlette:
    connection = sqlite3.connect(path, check_same_thread=False)
    query = "SELECT order_id, status, amount, created_at FROM orders ORDER BY id DESC LIMIT ?"

    def show(_: Request) -> HTMLResponse:
        rows = connection.execute(query, (ROWS,)).fetchall()
        cells = ("".join(f"<td>{escape(str(value))}</td>" for value in row) for row in rows)
        table = "".join(f"<tr>{row}</tr>" for row in cells)
        page = f"<!doctype html><title>Orders</title><table>{table}</table>"
        # The padding varies, so that it weighs on the compression as a page's own text does.
        filler = "".join(f"<p>Row {number} of the list</p>" for number in range(weight // 20))
        return HTMLResponse(page + filler[: max(0, weight - len(page))])

    gzip = Middleware(GZipMiddleware, minimum_size=500)
    return Starlette(routes=[Route("/orders", show)], middleware=[gzip])


if __name__ == "__main__":
    port, path, weight = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    uvicorn.run(application(path, weight), port=port, log_level="warning", access_log=False)
