"""What can be done about a client under test: check it, and put its receiver to the test."""

from typing import Annotated, Final

from pydantic import Field

from app.protocol.fields import ORDER_ID_LENGTH, RET_URL_LENGTH
from app.protocol.words import N_
from app.sandbox.clients import readiness
from app.sandbox.clients.readiness import State
from app.sandbox.commands.answers import JudgementAnswer, ResultAnswer, SentAnswer
from app.sandbox.commands.command import Command, NotNow, NotThere
from app.sandbox.commands.given import Given, OneOf, Says, ShopId
from app.sandbox.context import Sandbox
from app.sandbox.scenarios.catalogue import SCENARIOS
from app.sandbox.sending.deliveries import DELIVERIES, Pairs
from app.sandbox.sending.sender import send_all
from app.sandbox.sending.targets import may_be_sent
from app.sandbox.store import shops
from app.sandbox.store.controls import moment

NOT_ALLOWED: Final = N_(
    "This server sends only to hosts, and to ports of its own machine, that an administrator has "
    "allowed."
)
WEB_ADDRESS: Final = N_("It must be an address that begins with https:// or http://.")
_ORDER_ID: Final = N_("Only half-width letters, digits and hyphens can be used.")


class Judgement(Given):
    """How a scenario came out for a shop's client."""

    ShopID: ShopId
    scenario: Annotated[str, OneOf(tuple(one.name for one in SCENARIOS))]
    state: Annotated[str, OneOf(tuple(state.value for state in State))]


class Delivery(Given):
    """Which callbacks are to be brought to which RetURL."""

    ShopID: ShopId
    OrderID: Annotated[
        str,
        Field(min_length=1, max_length=ORDER_ID_LENGTH, pattern="^[0-9A-Za-z-]{1,27}$"),
        Says(_ORDER_ID),
    ]
    RetURL: Annotated[
        str,
        Field(min_length=1, max_length=RET_URL_LENGTH, pattern="^https?://[!-~]+$"),
        Says(WEB_ADDRESS),
    ]
    kind: Annotated[str, OneOf(tuple(DELIVERIES))]


async def _mark(sandbox: Sandbox, given: Judgement) -> JudgementAnswer:
    if await sandbox.store.run(shops.one_shop, given.ShopID) is None:
        raise NotThere
    state = State(given.state)
    await sandbox.store.run(readiness.mark_by_hand, given.ShopID, given.scenario, state)
    return JudgementAnswer(ShopID=given.ShopID, scenario=given.scenario, state=state)


async def _send_callbacks(sandbox: Sandbox, given: Delivery) -> SentAnswer:
    callbacks = await callbacks_of(sandbox, given)
    if not await may_be_sent(sandbox, given.RetURL):
        raise NotNow("RetURL", NOT_ALLOWED)
    answers = await send_all(sandbox, given.RetURL, callbacks)
    sent = [ResultAnswer(**dict(pairs)) for pairs in callbacks]
    return SentAnswer(sent=sent, answers=answers)


async def callbacks_of(sandbox: Sandbox, given: Delivery) -> list[Pairs]:
    """The callbacks that are asked for. Raises NotThere."""
    shop = await sandbox.store.run(shops.one_shop, given.ShopID)
    if shop is None:
        raise NotThere
    now = moment(await sandbox.store.run(sandbox.rules.controls.now))
    return DELIVERIES[given.kind].callbacks(shop, given.OrderID, now)


MARK_READINESS: Final = Command(
    "markReadiness",
    "/shops/{ShopID}/readiness",
    "Put down how a scenario came out for a shop's client; `open` takes it back.",
    _mark,
    Judgement,
)

SEND_RESULT: Final = Command(
    "sendResult",
    "/shops/{ShopID}/results",
    "Send a result, right or wrong, to a RetURL on loopback or on an allowed host.",
    _send_callbacks,
    Delivery,
)

CLIENT_COMMANDS: Final = (MARK_READINESS, SEND_RESULT)
