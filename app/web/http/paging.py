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
        "newer": address_with(request, after=rows[0].id) if listed.newer and rows else None,
        "older": address_with(request, before=rows[-1].id) if listed.older and rows else None,
    }


def csv_address(request: Request) -> str:
    """Where the whole of this list is a CSV file, of the environment that is shown."""
    address = address_with(request, env=request.state.environment, sums="")
    return address.replace(request.url.path, f"{request.url.path}.csv", 1)


def address_with(request: Request, **values: str) -> str:
    """This address from its list's newest end on, with these values; an empty one is left out."""
    query = request.query_params.multi_items()
    replaced = {"before", "after", *values}
    kept = [(name, value) for name, value in query if value and name not in replaced]
    return f"{request.url.path}?{urlencode(kept + [one for one in values.items() if one[1]])}"
