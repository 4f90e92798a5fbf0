"""The automation's view of a client under test: its last requests checked, its readiness sheet."""

from starlette.requests import Request

from app.protocol.messages import Call
from app.protocol.words import in_each_language
from app.sandbox.automation.models import (
    CheckedAnswer,
    ClientAnswer,
    FindingAnswer,
    ReadinessAnswer,
    ReadinessSheet,
)
from app.sandbox.clients import readiness
from app.sandbox.clients.checker import CheckedRequest
from app.sandbox.clients.findings import Finding
from app.sandbox.commands.command import NotThere
from app.sandbox.context import Sandbox, sandbox_of
from app.sandbox.operators.client_pages import checked_of_no_shop, checked_requests
from app.sandbox.scenarios.faults import Fault
from app.sandbox.store import shops
from app.sandbox.store.controls import moment


async def read_client(request: Request) -> ClientAnswer:
    """The last requests of a shop's client, each with what to mend.

    Apart from them those that name no shop: whose they are cannot be told.
    """
    sandbox, shop_id = await _shop_of(request)
    checked, anybody_s = await checked_requests(sandbox, shop_id), await checked_of_no_shop(sandbox)
    return ClientAnswer(
        requests=[_checked(one) for one in checked],
        of_no_shop=[_checked(one) for one in anybody_s],
    )


async def read_readiness(request: Request) -> ReadinessSheet:
    """Every scenario with how it stands for a shop's client."""
    sandbox, shop_id = await _shop_of(request)
    rows = await sandbox.store.run(readiness.sheet, shop_id)
    return ReadinessSheet(
        scenarios=[
            ReadinessAnswer(
                scenario=row.scenario.name,
                state=row.state,
                why=in_each_language(row.why),
                by_hand=row.by_hand,
            )
            for row in rows
        ]
    )


async def _shop_of(request: Request) -> tuple[Sandbox, str]:
    """The sandbox, and the ShopID in the address. Raises NotThere."""
    sandbox, shop_id = sandbox_of(request), request.path_params["ShopID"]
    if await sandbox.store.run(shops.one_shop, shop_id) is None:
        raise NotThere("no such shop")
    return sandbox, shop_id


def _checked(checked: CheckedRequest) -> CheckedAnswer:
    entry, found = checked
    return CheckedAnswer(
        at=moment(entry.at),
        call=Call(entry.call),
        OrderID=entry.OrderID,
        fault=Fault(entry.fault) if entry.fault else None,
        findings=[_finding(one) for one in found],
    )


def _finding(found: Finding) -> FindingAnswer:
    return FindingAnswer(
        kind=found.kind,
        what=in_each_language(found.what),
        fix=in_each_language(found.fix),
        parameter=found.parameter or None,
        read=found.read or None,
    )
