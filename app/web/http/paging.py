"""Pages of a list in the address: where one lies, and where its neighbours are."""

from typing import Any, TypedDict
from urllib.parse import urlencode

from starlette.requests import Request

from app.records.paging import Page, Place


class Neighbours(TypedDict):
    """Addresses of the newer and the older page; None where there is none."""

    newer: str | None
    older: str | None


def place_of(request: Request) -> Place:
    """The page asked for: `?before=` a key, `?after=` one, or the newest."""
    query = request.query_params
    return Place(before=query.get("before", ""), after=query.get("after", ""))


def neighbours(request: Request, listed: Page[Any]) -> Neighbours:
    """The pages beside this one, with every filter of its address kept."""
    rows = listed.rows
    return {
        "newer": _address(request, after=rows[0].id) if listed.newer and rows else None,
        "older": _address(request, before=rows[-1].id) if listed.older and rows else None,
    }


def _address(request: Request, **place: str) -> str:
    query = request.query_params.multi_items()
    kept = [(name, value) for name, value in query if value and name not in {"before", "after"}]
    return f"{request.url.path}?{urlencode(kept + list(place.items()))}"
