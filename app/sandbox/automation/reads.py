"""What can be read, one row each: the addresses and their description are made from this table."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request

from app.protocol.messages import Call
from app.protocol.words import in_each_language
from app.sandbox.automation.client_reads import read_client, read_readiness
from app.sandbox.automation.models import (
    NoticeAnswer,
    RequestAnswer,
    ScenarioAnswer,
    ScenarioTable,
    ShopList,
    StateAnswer,
    StepAnswer,
    StoryAnswer,
    TradeAnswer,
    TradePage,
)
from app.sandbox.commands.answers import Answer, FaultAnswer, ShopAnswer
from app.sandbox.commands.command import NotThere, answer_of
from app.sandbox.context import sandbox_of
from app.sandbox.operators.templates import whole_number
from app.sandbox.scenarios.catalogue import SCENARIOS
from app.sandbox.scenarios.faults import Fault
from app.sandbox.store import shops, trade_story
from app.sandbox.store.controls import clock_offset, moment, waiting_faults
from app.sandbox.store.journal import Entry
from app.sandbox.store.trade_story import PAGE

Json = dict[str, Any]


class BadQuery(ValueError):
    """A value in the address's query cannot be used; `field` names it."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True)
class Query:
    """A value that may stand in the address's query, with its schema."""

    name: str
    words: str
    schema: Json


@dataclass(frozen=True)
class Read:
    """Something to read. `run` raises NotThere, and BadQuery where there is a query."""

    name: str
    path: str
    summary: str
    run: Callable[[Request], Awaitable[Answer]]
    query: tuple[Query, ...] = ()

    @property
    def answer(self) -> type[Answer]:
        """The model of what it answers."""
        return answer_of(self.run)


async def _state(request: Request) -> StateAnswer:
    sandbox = sandbox_of(request)
    now = await sandbox.store.run(sandbox.rules.controls.now)
    ahead = await sandbox.store.run(clock_offset)
    waiting = await sandbox.store.run(waiting_faults)
    faults = [FaultAnswer(call=call, fault=fault) for call, fault in waiting]
    return StateAnswer(now=moment(now), seconds_ahead=ahead // 1000, faults=faults)


async def _trades(request: Request) -> TradePage:
    sandbox, query = sandbox_of(request), request.query_params
    before = whole_number(query.get("before", ""))
    if before is None and "before" in query:
        raise BadQuery("before", "must be a whole number")
    found = await sandbox.store.run(
        trade_story.trades_page, sandbox.rules, query.get("q", ""), before, query.get("ShopID", "")
    )
    older = found[PAGE - 1].id if len(found) > PAGE else None
    trades = [TradeAnswer.model_validate(one) for one in found[:PAGE]]
    return TradePage(trades=trades, older=older)


async def _trade(request: Request) -> StoryAnswer:
    sandbox, access_id = sandbox_of(request), request.path_params["AccessID"]
    story = await sandbox.store.run(trade_story.trade_story, sandbox.rules, access_id)
    if story is None:
        raise NotThere("no such trade")
    return StoryAnswer(
        **dict(TradeAnswer.model_validate(story.trade)),
        history=[StepAnswer.model_validate(step) for step in story.steps],
        requests=[_without_body(entry) for entry in story.requests],
        notices=[NoticeAnswer.model_validate(one) for one in story.notices],
    )


def _without_body(entry: Entry) -> RequestAnswer:
    return RequestAnswer(
        at=moment(entry.at),
        call=Call(entry.call),
        ShopID=entry.ShopID,
        OrderID=entry.OrderID,
        errors=entry.codes.split("|") if entry.codes else [],
        fault=Fault(entry.fault) if entry.fault else None,
    )


async def _shops(request: Request) -> ShopList:
    found = await sandbox_of(request).store.run(shops.all_shops)
    return ShopList(shops=[ShopAnswer.model_validate(shop) for shop in found])


async def _scenarios(_: Request) -> ScenarioTable:
    rows = [
        ScenarioAnswer(
            name=one.name,
            suffix=one.suffix,
            does=in_each_language(one.does),
            sees=in_each_language(one.sees),
        )
        for one in SCENARIOS
    ]
    return ScenarioTable(scenarios=rows)


_NUMBER: Final[Json] = {"type": "integer", "minimum": 0, "maximum": 999_999_999_999_999}

READS: Final = (
    Read("readState", "/state", "The clock and the faults in waiting.", _state),
    Read(
        "readTrades",
        "/trades",
        "Trades, the newest first, a page at a time.",
        _trades,
        (
            Query("q", "The beginning of an OrderID.", {"type": "string"}),
            Query("ShopID", "Trades of this shop alone.", {"type": "string"}),
            Query("before", "The `older` of the page before.", _NUMBER),
        ),
    ),
    Read("readTrade", "/trades/{AccessID}", "One trade with what happened to it.", _trade),
    Read("readShops", "/shops", "The shops with their credentials.", _shops),
    Read(
        "readClient",
        "/shops/{ShopID}/client",
        "The client's last requests, with what to mend.",
        read_client,
    ),
    Read(
        "readReadiness",
        "/shops/{ShopID}/readiness",
        "How each scenario stands for the client.",
        read_readiness,
    ),
    Read("readScenarios", "/scenarios", "The table of scenarios.", _scenarios),
)
