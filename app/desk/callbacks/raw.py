"""The raw bytes are committed before anybody parses them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import insert

from app.clock import now
from app.protocol.reading import order_id_of
from app.records.callbacks import UNRANKED, Callback
from app.records.keys import new_key

HEADERS_OF_INTEREST = (
    "host",
    "content-type",
    "content-length",
    "origin",
    "user-agent",
    "accept-language",
    "sec-fetch-site",
    "sec-fetch-mode",
    "sec-fetch-dest",
    "x-forwarded-for",
    "forwarded",
    # What a shop says of a copy: when it had received the result, and from where.
    "x-received-at",
    "x-remote-address",
    # In which file, and on which line, one stood that was imported.
    "x-import",
)
"""What helps to tell a customer's browser from something else. Never a cookie, nor a Referer:
its address may hold a token of the gateway's."""

TARGET = ":path"
"""The name under which the address asked for is kept: RetURL may carry a query."""

HEADER_LENGTH = 500
"""The most characters kept of one header."""


INSERT = insert(Callback)
"""Stores rows of `raw_row`."""


def raw_row(
    body: bytes, headers: Iterable[tuple[str, str]], remote_address: str, rank: int = UNRANKED
) -> dict[str, object]:
    """What is stored of one body before anybody judges it: `rank` is what it may be judged by.

    `headers` are lower-cased names with values, TARGET among them; only those of interest are kept.
    """
    return {
        "id": new_key(),
        "received_at": now(),
        "body": body,
        "digest": "",
        "headers": json.dumps(_kept(headers)),
        "remote_address": remote_address[:64],
        "tags": "",
        "order_id": order_id_of(body) or None,
        "rank": int(rank),
        "tries": 0,
    }


def _kept(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, value in headers:
        if name == TARGET or name in HEADERS_OF_INTEREST:
            kept[name] = f"{kept[name]}, {value}" if name in kept else value
    return {name: value[:HEADER_LENGTH] for name, value in kept.items()}
