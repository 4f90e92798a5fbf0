"""What is answered to who only reads: models, from which the description is made too."""

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from app.protocol.messages import Call
from app.protocol.words import LANGUAGES
from app.sandbox.clients.readiness import State
from app.sandbox.commands.answers import (
    AccessId,
    Answer,
    FaultAnswer,
    OrderId,
    ScenarioName,
    SecondsAhead,
    ShopAnswer,
    ShopId,
    TradeStatus,
)
from app.sandbox.scenarios.faults import Fault
from app.sandbox.store.controls import moment


def _instant(at: object) -> object:
    """The store keeps milliseconds."""
    return moment(at) if isinstance(at, int) else at


At = Annotated[
    datetime,
    BeforeValidator(_instant),
    PlainSerializer(datetime.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
EachLanguage = Annotated[
    dict[str, str],
    Field(
        description="The same sentence in each language, by its code.",
        json_schema_extra={"required": [*LANGUAGES]},
    ),
]
Yen = Annotated[int, Field(description="Integer yen.")]
ClientField = Annotated[str, Field(description="As ExecTranNetcash gave it; else empty.")]
Cause = Annotated[str, Field(description="What moved the trade there.")]
HitBy = Annotated[Fault | None, Field(description="The fault that hit its answer; null: none.")]


class StateAnswer(Answer):
    """The clock, and the faults that wait for a call."""

    now: At = Field(description="The sandbox's own time.")
    seconds_ahead: SecondsAhead
    faults: list[FaultAnswer] = Field(description="In the order in which they will hit.")


class TradeAnswer(Answer):
    """A trade. Its shop's password stays with the shop."""

    id: int = Field(description="Grows with each trade.")
    ShopID: ShopId
    OrderID: OrderId
    AccessID: AccessId
    AccessPass: str = Field(description="The trade's password, for ExecTranNetcash.")
    Amount: Yen
    Tax: Yen
    Status: TradeStatus
    cause: Cause
    scenario: ScenarioName
    entered_at: At
    processed_at: At = Field(description="When it was last moved.")
    expires_at: At | None = Field(description="The end of its payment term; null: it has none.")
    Token: str | None = Field(description="What starts the payment; null before ExecTranNetcash.")
    RetURL: str = Field(description="Where its result goes; empty before ExecTranNetcash.")
    ClientField1: ClientField
    ClientField2: ClientField
    ClientField3: ClientField
    ErrInfo: str = Field(description="The code of a refused payment; else empty.")


class TradePage(Answer):
    """Some trades, the newest first."""

    trades: list[TradeAnswer]
    older: int | None = Field(description="The `before` of the next page; null on the last one.")


class StepAnswer(Answer):
    """A status that a trade has had."""

    at: At
    Status: TradeStatus
    cause: Cause


class RequestAnswer(Answer):
    """A request without its body, which may hold secrets."""

    at: At
    call: Call
    ShopID: str = Field(description="As it was sent.")
    OrderID: str = Field(description="As it was sent.")
    errors: list[str] = Field(description="Each ErrInfo that it was refused with.")
    fault: HitBy


class NoticeAnswer(Answer):
    """A notice of a trade's status to its shop."""

    Status: TradeStatus
    due_at: At | None = Field(description="When it is sent next; null: not again.")
    tries: int = Field(description="How many times it was sent.")
    answer: str = Field(description="What the shop answered last, or why there is no answer.")


class StoryAnswer(TradeAnswer):
    """A trade with everything that happened to it."""

    history: list[StepAnswer] = Field(description="Its statuses, the first one first.")
    requests: list[RequestAnswer] = Field(description="The newest first.")
    notices: list[NoticeAnswer]


class ShopList(Answer):
    """Every shop, the default one first."""

    shops: list[ShopAnswer]


class FindingAnswer(Answer):
    """One thing that a client got wrong."""

    kind: str = Field(description="Its name.")
    what: EachLanguage
    fix: EachLanguage
    parameter: str | None = Field(description="Of which one; null: of the whole request.")
    read: str | None = Field(description="What the gateway read as its value.")


class CheckedAnswer(Answer):
    """A request of a client, with what is to be mended."""

    at: At
    call: Call
    OrderID: str = Field(description="As it was sent.")
    fault: HitBy
    findings: list[FindingAnswer] = Field(description="None: nothing is wrong with it.")


class ClientAnswer(Answer):
    """The last requests of a shop's client, the newest first."""

    requests: list[CheckedAnswer]
    of_no_shop: list[CheckedAnswer] = Field(description="Those that name no shop: anybody's.")


class ReadinessAnswer(Answer):
    """How one scenario stands for a shop's client."""

    scenario: ScenarioName
    state: State
    why: EachLanguage
    by_hand: bool = Field(description="Whether somebody has judged it.")


class ReadinessSheet(Answer):
    """How each scenario stands for a shop's client."""

    scenarios: list[ReadinessAnswer]


class ScenarioAnswer(Answer):
    """One way for a payment to go."""

    name: ScenarioName
    suffix: str = Field(description="What an OrderID ends in to follow it; empty: any other.")
    does: EachLanguage
    sees: EachLanguage


class ScenarioTable(Answer):
    """Every scenario."""

    scenarios: list[ScenarioAnswer]
