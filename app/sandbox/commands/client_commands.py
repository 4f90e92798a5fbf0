"""What can be done about a client under test: check it, and put its receiver to the test."""

from typing import Final

from app.protocol.fields import RET_URL_LENGTH
from app.protocol.words import N_
from app.sandbox.clients import readiness
from app.sandbox.clients.readiness import State
from app.sandbox.commands.command import SHOP_ID, Command, Field, NotNow, NotThere, Values
from app.sandbox.context import Sandbox
from app.sandbox.scenarios.catalogue import SCENARIOS
from app.sandbox.sending.deliveries import DELIVERIES, Pairs
from app.sandbox.sending.sender import allowed_hosts, may_be_sent, send_all
from app.sandbox.store import shops
from app.sandbox.store.controls import moment

NOT_ALLOWED: Final = N_(
    "This server sends to this machine and to hosts that an administrator has allowed, no others."
)
WEB_ADDRESS: Final = N_("It must be an address that begins with https:// or http://.")
_ORDER_ID: Final = N_("Only half-width letters, digits and hyphens can be used.")


async def _mark(sandbox: Sandbox, values: Values) -> Values:
    shop_id, scenario, state = values["ShopID"], values["scenario"], values["state"]
    if await sandbox.store.run(shops.one_shop, shop_id) is None:
        raise NotThere
    await sandbox.store.run(readiness.mark_by_hand, shop_id, scenario, State(state))
    return {"ShopID": shop_id, "scenario": scenario, "state": state}


async def _send_callbacks(sandbox: Sandbox, values: Values) -> Values:
    callbacks = await callbacks_of(sandbox, values)
    if not may_be_sent(values["RetURL"], await sandbox.store.run(allowed_hosts)):
        raise NotNow("RetURL", NOT_ALLOWED)
    answers = await send_all(sandbox, values["RetURL"], callbacks)
    return {"sent": [dict(pairs) for pairs in callbacks], "answers": answers}


async def callbacks_of(sandbox: Sandbox, values: Values) -> list[Pairs]:
    """The callbacks that SEND_RESULT's values ask for. Raises NotThere."""
    shop = await sandbox.store.run(shops.one_shop, values["ShopID"])
    if shop is None:
        raise NotThere
    now = moment(await sandbox.store.run(sandbox.rules.controls.now))
    return DELIVERIES[values["kind"]].callbacks(shop, values["OrderID"], now)


MARK_READINESS: Final = Command(
    "markReadiness",
    "/shops/{ShopID}/readiness",
    "Put down how a scenario came out for a shop's client; `open` takes it back.",
    _mark,
    (
        SHOP_ID,
        Field("scenario", choices=tuple(one.name for one in SCENARIOS)),
        Field("state", choices=tuple(state.value for state in State)),
    ),
)

SEND_RESULT: Final = Command(
    "sendResult",
    "/shops/{ShopID}/results",
    "Send a result, right or wrong, to a RetURL on loopback or on an allowed host.",
    _send_callbacks,
    (
        SHOP_ID,
        Field("OrderID", least=1, most=27, pattern="[0-9A-Za-z-]{1,27}", says=_ORDER_ID),
        Field("RetURL", least=1, most=RET_URL_LENGTH, pattern="https?://[!-~]+", says=WEB_ADDRESS),
        Field("kind", choices=tuple(DELIVERIES)),
    ),
)

CLIENT_COMMANDS: Final = (MARK_READINESS, SEND_RESULT)
