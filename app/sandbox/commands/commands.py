"""Everything an operator can do to the sandbox, one row each.

The panel's forms, the automation's addresses and its OpenAPI description are made from this table.
"""

from typing import Annotated, Final

from pydantic import Field

from app.protocol.messages import Call
from app.protocol.statuses import RETURNED
from app.protocol.words import N_
from app.sandbox.commands.answers import (
    ClockAnswer,
    CustomerAnswer,
    DoneAnswer,
    FaultAnswer,
    HostsAnswer,
    KeyAnswer,
    NoticesAnswer,
    ResultAnswer,
    ShopAnswer,
    TradeScenarioAnswer,
)
from app.sandbox.commands.client_commands import CLIENT_COMMANDS, NOT_ALLOWED, WEB_ADDRESS
from app.sandbox.commands.command import Command, NotNow, NotThere
from app.sandbox.commands.given import AccessId, Given, OneOf, Says, ShopId
from app.sandbox.context import Sandbox
from app.sandbox.customer import flow
from app.sandbox.customer.callbacks import callback_of
from app.sandbox.scenarios.catalogue import SCENARIOS, named
from app.sandbox.scenarios.faults import Ending, Fault
from app.sandbox.sending.targets import allowed_hosts, may_be_sent
from app.sandbox.store import rules, shops, trade_story
from app.sandbox.store.trades import Refused

A_YEAR: Final = 366 * 24 * 60  # minutes

CALLS: Final = (Call.ENTRY, Call.EXEC, Call.SEARCH)

_ONE_LINE: Final = N_("A name is one line, without control characters.")
_HOST_NAMES: Final = N_("Only hosts or host:port, parted by blanks: no scheme, no path.")

_ENDINGS: Final = {"pay": Ending.PAID, "cancel": Ending.CANCELLED, "leave": Ending.LEFT}


class Forward(Given):
    """How far the clock is moved."""

    minutes: Annotated[int, Field(ge=1, le=A_YEAR)]


class NextFault(Given):
    """Which fault hits which call."""

    call: Annotated[str, OneOf(tuple(call.value for call in CALLS))]
    fault: Annotated[str, OneOf(tuple(fault.value for fault in Fault))]


class ChosenScenario(Given):
    """What a trade is to follow."""

    AccessID: AccessId
    scenario: Annotated[str, OneOf(tuple(one.name for one in SCENARIOS))]


class CustomerAct(Given):
    """What the customer of a trade does."""

    AccessID: AccessId
    action: Annotated[str, OneOf(tuple(_ENDINGS))]


class NewShop(Given):
    """A shop's name."""

    name: Annotated[
        str, Field(min_length=1, max_length=50, pattern=r"^[^\x00-\x1f\x7f]+$"), Says(_ONE_LINE)
    ]


class Notices(Given):
    """Where a shop's notices go."""

    ShopID: ShopId
    notify_url: Annotated[
        str, Field(max_length=500, pattern="^(https?://[!-~]+)?$"), Says(WEB_ADDRESS)
    ]


class Hosts(Given):
    """Hosts, with or without a port, parted by blanks."""

    hosts: Annotated[
        str, Field(max_length=1000, pattern=r"^[0-9A-Za-z.:\-\[\] ]*$"), Says(_HOST_NAMES)
    ]


async def _forward(sandbox: Sandbox, given: Forward) -> ClockAnswer:
    ahead = await sandbox.store.run(sandbox.rules.controls.forward, given.minutes * 60_000)
    if ahead is None:
        message = N_("The clock can be at most ten years ahead. Starting over puts it right.")
        raise NotNow("minutes", message)
    return ClockAnswer(seconds_ahead=ahead // 1000)


async def _add_fault(sandbox: Sandbox, given: NextFault) -> FaultAnswer:
    call, fault = Call(given.call), Fault(given.fault)
    if fault is Fault.OTHER_ORDER and call is not Call.ENTRY:
        message = N_("This fault can only hit %(call)s: no other answer names an OrderID.")
        raise NotNow("fault", message, call=Call.ENTRY.value)
    await sandbox.store.run(sandbox.rules.controls.add_fault, call, fault)
    return FaultAnswer(call=call, fault=fault)


async def _forget_faults(sandbox: Sandbox, _: Given) -> DoneAnswer:
    await sandbox.store.run(sandbox.rules.controls.forget_faults)
    return DoneAnswer()


async def _choose_scenario(sandbox: Sandbox, given: ChosenScenario) -> TradeScenarioAnswer:
    access_id, name = given.AccessID, given.scenario
    trade = await sandbox.store.run(trade_story.choose_scenario, sandbox.rules, access_id, name)
    if trade is None:
        raise NotThere
    if trade.scenario != name:
        message = N_("The trade is %(status)s: what this scenario changes is already past.")
        raise NotNow("scenario", message, status=trade.Status)
    return TradeScenarioAnswer(AccessID=access_id, scenario=name)


async def _act_as_customer(sandbox: Sandbox, given: CustomerAct) -> CustomerAnswer:
    """Start and press a button, as a browser would.

    The result is told, not delivered, with the number of times that it would have been.
    """
    story = await sandbox.store.run(trade_story.trade_story, sandbox.rules, given.AccessID)
    if story is None:
        raise NotThere
    start = {"AccessID": given.AccessID, "Token": story.trade.Token or ""}
    ending = _ENDINGS[given.action]
    trade = await sandbox.store.run(flow.start, sandbox.rules, start)
    if not isinstance(trade, Refused):
        trade = await sandbox.store.run(flow.end, sandbox.rules, start, ending)
    if isinstance(trade, Refused):
        raise NotNow("action", N_("The gateway refuses it with %(code)s."), code=trade.code)
    final = trade.Status in RETURNED
    deliveries = named(trade.scenario).deliveries if final else 0
    result = ResultAnswer(**dict(callback_of(trade))) if deliveries else None
    return CustomerAnswer(Status=trade.status, result=result, deliveries=deliveries)


async def _add_shop(sandbox: Sandbox, given: NewShop) -> ShopAnswer:
    return ShopAnswer.model_validate(await sandbox.store.run(shops.add_shop, given.name))


async def _set_notices(sandbox: Sandbox, given: Notices) -> NoticesAnswer:
    shop_id, url = given.ShopID, given.notify_url
    if url and not await may_be_sent(sandbox, url):
        raise NotNow("notify_url", NOT_ALLOWED)
    if not await sandbox.store.run(shops.set_notify_url, shop_id, url):
        raise NotThere
    return NoticesAnswer(ShopID=shop_id, notify_url=url)


async def _allow_hosts(sandbox: Sandbox, given: Hosts) -> HostsAnswer:
    await sandbox.store.run(shops.allow_hosts, given.hosts)
    return HostsAnswer(hosts=sorted(await sandbox.store.run(allowed_hosts)))


async def _renew_key(sandbox: Sandbox, _: Given) -> KeyAnswer:
    return KeyAnswer(key=await sandbox.store.run(shops.renew_key))


async def _reset(sandbox: Sandbox, _: Given) -> DoneAnswer:
    await sandbox.store.run(rules.reset, sandbox.rules)
    return DoneAnswer()


COMMANDS: Final = (
    Command(
        "forwardClock",
        "/clock",
        "Move the sandbox's clock forward: terms run out, notices fall due.",
        _forward,
        Forward,
    ),
    Command(
        "addFault",
        "/faults",
        "Let a fault hit the next answer to a call.",
        _add_fault,
        NextFault,
    ),
    Command("forgetFaults", "/faults/forget", "Let no fault wait any longer.", _forget_faults),
    Command(
        "chooseScenario",
        "/trades/{AccessID}/scenario",
        "Let a trade follow another scenario from now on.",
        _choose_scenario,
        ChosenScenario,
    ),
    Command(
        "actAsCustomer",
        "/trades/{AccessID}/customer",
        "Be the customer without a browser: start, then pay, cancel or leave.",
        _act_as_customer,
        CustomerAct,
    ),
    Command(
        "addShop",
        "/shops",
        "Add a shop with a ShopID and a ShopPass of its own.",
        _add_shop,
        NewShop,
    ),
    Command(
        "setNotices",
        "/shops/{ShopID}/notices",
        "Send a shop's notices to an address; none with an empty one.",
        _set_notices,
        Notices,
    ),
    Command(
        "allowHosts",
        "/hosts",
        "Say where the sandbox may send: hosts, and host:port where it is this machine itself "
        "(parted by blanks). One that runs alone sends to every port of this machine besides.",
        _allow_hosts,
        Hosts,
        for_admins=True,
    ),
    Command(
        "renewKey",
        "/key",
        "Make a new sandbox key; the present one opens nothing any more.",
        _renew_key,
        warning=(
            "From its answer on every request with the old key is answered 401. A tool that tries "
            "each operation must leave this one out, or go on with the key that it answers: "
            "otherwise it tests nothing more."
        ),
        for_admins=True,
    ),
    Command(
        "reset",
        "/reset",
        "Forget every trade, request and judgement, and put the clock right.",
        _reset,
        needs_sure=True,
    ),
    *CLIENT_COMMANDS,
)
