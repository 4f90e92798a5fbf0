"""The automation's view of a client under test: its last requests checked, its readiness sheet."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.protocol.words import in_each_language
from app.sandbox.clients import readiness
from app.sandbox.context import sandbox_of
from app.sandbox.operators.client_pages import checked_requests
from app.sandbox.store import shops
from app.sandbox.store.controls import moment

_NO_SHOP = {"error": "no such shop"}


async def read_client(request: Request) -> Response:
    """The last requests of a shop's client, each with what to mend."""
    sandbox, shop_id = sandbox_of(request), request.path_params["ShopID"]
    if await sandbox.store.run(shops.one_shop, shop_id) is None:
        return JSONResponse(_NO_SHOP, 404)
    checked = await checked_requests(sandbox, shop_id)
    return JSONResponse(
        {
            "requests": [
                {
                    "at": moment(entry.at).isoformat(),
                    "call": entry.call,
                    "OrderID": entry.OrderID,
                    "fault": entry.fault or None,
                    "findings": [
                        {
                            "kind": one.kind,
                            "what": in_each_language(one.what),
                            "fix": in_each_language(one.fix),
                        }
                        for one in found
                    ],
                }
                for entry, found in checked
            ]
        }
    )


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
