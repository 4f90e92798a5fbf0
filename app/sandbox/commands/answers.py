"""What commands answer: models that describe themselves, so that nothing else can be sent."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.sandbox.clients.readiness import State
from app.sandbox.scenarios.faults import Fault

ShopId = Annotated[str, Field(description="The shop: up to 13 letters and digits.")]
OrderId = Annotated[str, Field(description="The order, by the shop's own number.")]
AccessId = Annotated[str, Field(description="The trade, as EntryTranNetcash answered it.")]
TradeStatus = Annotated[Status, Field(description="The trade's status.")]
ScenarioName = Annotated[str, Field(description="The name of a scenario.")]
FaultyCall = Annotated[Call, Field(description="The call whose answer it hits.")]
NotifyUrl = Annotated[str, Field(description="Where the shop's notices go; empty: nowhere.")]
SecondsAhead = Annotated[
    int, Field(description="How far the sandbox's clock is ahead of real time, in seconds.")
]


class Answer(BaseModel):
    """Base of what is answered: written once, and without a name that is not described.

    Built when it is first needed: a sandbox that nobody automates starts no later for it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True, defer_build=True)


class DoneAnswer(Answer):
    """It is done; there is nothing to tell."""


class ClockAnswer(Answer):
    """How the clock stands now."""

    seconds_ahead: SecondsAhead


class FaultAnswer(Answer):
    """A fault that waits for a call."""

    call: FaultyCall
    fault: Fault


class TradeScenarioAnswer(Answer):
    """What a trade follows from now on."""

    AccessID: AccessId
    scenario: ScenarioName


class ResultAnswer(Answer):
    """A result as RetURL gets it, by the names of its parameters."""

    ShopID: ShopId
    OrderID: OrderId
    Status: str = Field(description="The status that the result claims.")
    TranDate: str = Field(description="yyyyMMddHHmmss, Japan's time.")
    CheckString: str = Field(description="The signature; wrong or empty where that is tried.")
    ErrCode: str = Field(description="The kind of the error; empty where there is none.")
    ErrInfo: str = Field(description="The error's code; empty where there is none.")


class CustomerAnswer(Answer):
    """How a trade stands after what its customer did."""

    Status: TradeStatus
    result: ResultAnswer | None = Field(description="What RetURL would get; null: nothing.")
    deliveries: int = Field(description="How many times RetURL would get it.")


class ShopAnswer(Answer):
    """A shop with its credentials."""

    ShopID: ShopId
    ShopPass: str = Field(description="Its password, which signs its results.")
    name: str
    notify_url: NotifyUrl


class NoticesAnswer(Answer):
    """Where a shop's notices go from now on."""

    ShopID: ShopId
    notify_url: NotifyUrl


class HostsAnswer(Answer):
    """Where the sandbox may send from now on."""

    hosts: list[str] = Field(description="Each a host, or host:port.")


class KeyAnswer(Answer):
    """The sandbox key from now on."""

    key: str


class JudgementAnswer(Answer):
    """How a scenario came out for a shop's client, as somebody says."""

    ShopID: ShopId
    scenario: ScenarioName
    state: State


class SentAnswer(Answer):
    """Results that were sent to a RetURL, and what it answered to each."""

    sent: list[ResultAnswer]
    answers: list[str] = Field(description="In the same order; or why there is no answer.")
