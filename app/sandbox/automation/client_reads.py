"""The automation's view of a client under test: its last requests checked, its readiness sheet."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.protocol.words import in_each_language
from app.sandbox.clients import readiness
from app.sandbox.clients.checker import CheckedRequest
from app.sandbox.context import sandbox_of
from app.sandbox.operators.client_pages import checked_of_no_shop, checked_requests
from app.sandbox.store import shops
from app.sandbox.store.controls import moment

_NO_SHOP = {"error": "no such shop"}


async def read_client(request: Request) -> Response:
    """The last requests of a shop's client, each with what to mend.

    Apart from them those that name no shop: whose they are cannot be told.
    """
    sandbox, shop_id = sandbox_of(request), request.path_params["ShopID"]
    if await sandbox.store.run(shops.one_shop, shop_id) is None:
        return JSONResponse(_NO_SHOP, 404)
    checked, anybody_s = await checked_requests(sandbox, shop_id), await checked_of_no_shop(sandbox)
    return JSONResponse(
        {
            "requests": [_checked(one) for one in checked],
            "of_no_shop": [_checked(one) for one in anybody_s],
        }
    )


def _checked(checked: CheckedRequest) -> dict[str, Any]:
    entry, found = checked
    return {
        "at": moment(entry.at).isoformat(),
        "call": entry.call,
        "OrderID": entry.OrderID,
        "fault": entry.fault or None,
        "findings": [
            {
                "kind": one.kind,
                "what": in_each_language(one.what),
                "fix": in_each_language(one.fix),
                "parameter": one.parameter or None,
                "read": one.read or None,
            }
            for one in found
        ],
    }


async def read_readiness(request: Request) -> Response:
    """Every scenario with how it stands for a shop's client."""
    sandbox, shop_id = sandbox_of(request), request.path_params["ShopID"]
    if await sandbox.store.run(shops.one_shop, shop_id) is None:
        return JSONResponse(_NO_SHOP, 404)
    rows = await sandbox.store.run(readiness.sheet, shop_id)
    return JSONResponse(
        {
            "scenarios": [
                {
                    "scenario": row.scenario.name,
                    "state": row.state.value,
                    "why": in_each_language(row.why),
                    "by_hand": row.by_hand,
                }
                for row in rows
            ]
        }
    )
