"""Who acts in a history: operators, customers, the merchant's other system, forgers, the network.

Each act is a sentence of the story. What the desk refuses is told as refused.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from app.desk.actions import NotPossible
from app.desk.actions.settle_conflict import NoLookupToBelieve, Settlement, settle_conflict
from app.desk.callbacks import CustomerMessage
from app.desk.gateway_calls.lookups import ReasonNeeded, look_up
from app.desk.gateway_calls.scheduled_lookups import LookupScheduler
from app.desk.orders.payment_links import create_payment_link, open_payment_link
from app.desk.orders.transactions import Draft, execute, open_order, register
from app.protocol.calls import Call
from app.protocol.wire import encode_answer, jst_stamp
from app.records.keys import new_key
from tests.model.gateway import SHOP_ID, SHOP_PASS, Result, Trade, Yen, signed
from tests.model.line import START_URL, Fate
from tests.model.world import DESK, Deed, Heard, World

OURS = Yen(1000, 80)
OPERATOR = "an operator"


class Operator:
    """Sits at the desk; careful or careless is who tells them what to do."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._forms: dict[str, Draft] = {}
        self._keys: dict[str, str] = {}

    def opens(self, order_id: str, price: Yen = OURS) -> str:
        """Fill in a new form."""
        self._world.tells(f"An operator opens {order_id} over {price.amount}+{price.tax} yen.")
        self._forms[order_id] = Draft(
            shop_key=self._world.shop.id,
            form_key=new_key(),
            OrderID=order_id,
            Amount=str(price.amount),
            Tax=str(price.tax),
            RetURL="https://shop.example/return",
        )
        order, _ = open_order(self._world.desk, self._world.actor, self._forms[order_id])
        self._keys[order_id] = order.id
        return order_id

    def numbers(self) -> list[str]:
        """The OrderIDs for which a form was filled in."""
        return list(self._forms)

    def sends_again(self, order_id: str) -> None:
        """Click the form's button a second time."""
        self._world.tells(f"The form of {order_id} is sent a second time.")
        _, new = open_order(self._world.desk, self._world.actor, self._forms[order_id])
        assert not new, "one form makes one order"
        self._call(Fate.ANSWERED, self._deed(register, order_id))

    def registers(self, order_id: str, fate: Fate = Fate.ANSWERED) -> None:
        self._world.tells(f"An operator registers {order_id}: EntryTran {fate.value}.")
        self._call(fate, self._deed(register, order_id))

    def executes(self, order_id: str, fate: Fate = Fate.ANSWERED) -> None:
        self._world.tells(f"An operator requests the payment of {order_id}: ExecTran {fate.value}.")
        self._call(fate, self._deed(execute, order_id))

    def looks_up(
        self, order_id: str, fate: Fate = Fate.ANSWERED, reason: str | None = "asked by phone"
    ) -> None:
        self._world.tells(f"An operator looks {order_id} up: SearchTradeMulti {fate.value}.")
        self._call(fate, partial(self._look_up, order_id, reason))

    def settles(self, order_id: str, believe: Settlement) -> None:
        """End a conflict either way."""
        key = self._world.order(order_id).id
        words = "believe the lookup" if believe == "lookup" else "keep what we held"
        self._world.tells(f"An operator settles the conflict of {order_id}: {words}.")
        desk, actor = self._world.desk, self._world.actor
        try:
            settle_conflict(desk, actor, key, believe, "decided", knowing=True)
        except (NotPossible, NoLookupToBelieve) as refusal:
            self._world.tells(f"  The desk refuses: {refusal}.")
        else:
            self._world.settled.append((self._world.clock.now(), order_id))

    def sends_customer(self, order_id: str) -> str | None:
        """Give the customer a link; the Token it leads them with."""
        self._world.tells(f"An operator sends the customer of {order_id} a link.")
        desk, actor = self._world.desk, self._world.actor
        try:
            _, secret = create_payment_link(desk, actor, self._keys[order_id])
        except NotPossible as refusal:
            self._world.tells(f"  The desk refuses: {refusal}.")
            return None
        form = open_payment_link(desk, secret)
        assert form is not None, "a link just made opens"
        return form.Token

    async def _look_up(self, order_id: str, reason: str | None) -> object:
        world = self._world
        _, task = await look_up(world.desk, world.actor, world.shop, order_id, reason)
        return task

    def _deed(self, what: Callable[..., Coroutine[Any, Any, object]], order_id: str) -> Deed:
        return partial(what, self._world.desk, self._world.actor, self._keys[order_id])

    def _call(self, fate: Fate, deed: Deed) -> None:
        try:
            self._world.call(OPERATOR, fate, deed)
        except (NotPossible, ReasonNeeded) as refusal:
            self._world.tells(f"  The desk refuses: {refusal}.")


def requested(operator: Operator, order_id: str = "A1") -> str:
    """An order for which the customer can pay."""
    operator.opens(order_id)
    operator.registers(order_id)
    operator.executes(order_id)
    return order_id


class Customer:
    """Whoever holds a Token."""

    def __init__(self, world: World) -> None:
        self._world = world

    def pays(self, token: str) -> Result:
        result = self._world.gateway.pay(token)
        self._world.tells(f"The customer pays {result.order_id}.")
        return result

    def cancels(self, token: str, error: str = "") -> Result:
        result = self._world.gateway.cancel(token, error)
        reason = f": the centre says {error}" if error else ""
        self._world.tells(f"The payment of {result.order_id} fails{reason}.")
        return result

    def leaves(self, token: str) -> None:
        self._world.gateway.start(token)
        self._world.tells(f"The customer opens the page of {token} and leaves.")

    def brings(self, result: Result) -> CustomerMessage:
        """The browser brings a result to RetURL: now, late, or again; what the customer reads."""
        self._world.tells(f"A browser brings {result.order_id} {result.state}.")
        told = self._world.receive_result(result.order_id, result.body)
        self._note(result)
        return told

    def brings_before_a_kill(self, result: Result) -> None:
        """A result is stored, and the process dies before anybody has judged it."""
        self._world.tells(f"A browser brings {result.order_id} {result.state}; the desk is killed.")
        self._world.store_result(result.body)
        self._world.restarts()
        self._note(result)

    def _note(self, result: Result) -> None:
        at, number = self._world.clock.now(), result.order_id
        disputed = self._world.order(number).conflict is not None
        self._world.heard.append(Heard(at, number, result.state, result.body, disputed))


class Forger:
    """Knows the address of RetURL and no password."""

    def __init__(self, world: World) -> None:
        self._world = world

    def brings(self, order_id: str, state: str, how: str) -> None:
        """A result with a `wrong` CheckString, with `no` CheckString, or of `another` shop."""
        self._world.tells(f"Somebody brings a forged {order_id} {state} ({how}).")
        stamp = jst_stamp(self._world.clock.now())
        body = signed(order_id, state, stamp, password="guessed")
        if how == "no":
            body = body[: body.index(b"&CheckString=")] + b"&CheckString=&ErrCode=&ErrInfo="
        if how == "another":
            shop = SHOP_ID.encode()
            body = signed(order_id, state, stamp).replace(shop, b"tshop00000099")
        self._world.receive_result(order_id, body)


class OtherSystem:
    """Another system of the merchant, with the same shop, past the desk."""

    def __init__(self, world: World) -> None:
        self._world = world

    def registers(self, order_id: str, price: Yen = OURS) -> None:
        self._world.tells(f"Another system registers {order_id} over {price.amount}+{price.tax}.")
        self._ask(Call.ENTRY, order_id, Amount=str(price.amount), Tax=str(price.tax))

    def executes(self, trade: Trade) -> str:
        """The Token is theirs then."""
        self._world.tells(f"Another system requests the payment of {trade.order_id}.")
        access = {"AccessID": trade.access_id, "AccessPass": trade.access_pass}
        self._ask(Call.EXEC, trade.order_id, **access)
        assert trade.token
        trade.start_url = START_URL  # they send their customers wherever it is
        return trade.token

    def looks_up(self, order_id: str) -> None:
        self._world.tells(f"Another system looks {order_id} up.")
        self._ask(Call.SEARCH, order_id)

    def _ask(self, call: Call, order_id: str, **values: str) -> bytes:
        who = {"ShopID": SHOP_ID, "ShopPass": SHOP_PASS, "OrderID": order_id}
        return self._world.gateway.answer(call, encode_answer((who | values).items()))


class Gatekeeper:
    """The gateway's own acts, beside its answers."""

    def __init__(self, world: World) -> None:
        self._world = world

    def trade(self, order_id: str) -> Trade:
        """What the gateway holds under this number."""
        return self._world.gateway.trades[order_id]

    def moves_its_page(self, url: str) -> None:
        self._world.tells(f"The gateway's payment page is at {url} from now on.")
        self._world.gateway.start_url = url

    def counts_in(self, trade: Trade, currency: str) -> None:
        self._world.tells(f"The gateway has {trade.order_id} in {currency}.")
        trade.currency = currency

    def loses(self, trade: Trade) -> None:
        self._world.tells(f"The gateway loses {trade.order_id}.")
        self._world.gateway.lose(trade)

    def finds_again(self, trade: Trade) -> None:
        self._world.tells(f"The gateway has {trade.order_id} again.")
        self._world.gateway.trades[trade.order_id] = trade

    def finds_money(self, trade: Trade) -> Result:
        self._world.tells(f"The centre has the money of {trade.order_id} after all.")
        return self._world.gateway.find_money(trade)

    def notifies(self, trade: Trade) -> None:
        self._world.tells(f"The gateway sends a notice: {trade.order_id} {trade.state}.")
        self._world.receive_notice(self._world.gateway.notice(trade))


def desk_asks(world: World, fate: Fate = Fate.ANSWERED) -> None:
    """The desk asks for whatever is due."""
    world.tells(f"The desk asks for what is due: each lookup {fate.value}.")
    world.call(DESK, fate, LookupScheduler(world.desk).drain)
