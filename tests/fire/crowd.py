"""Who uses a desk of several processes: an operator, customers, and strangers who make things up.

Whichever process dies, each goes on with another one. What they were answered they remember.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import Self

import httpx

from tests.desk.callbacks.cast import body
from tests.fire.gateway import GatewayOnASocket
from tests.model.gateway import SHOP_ID, Result
from tests.plain import plain_client
from tests.walk import Operator

BETWEEN = 0.02
"""Seconds from one thing that somebody does to the next."""

FORM = {"content-type": "application/x-www-form-urlencoded", "origin": "null"}


class Crowd:
    """People at work until the block ends. `webs` says where a process can be found just now.

    `told`: results of the gateway that were answered 200; `made_up`: others that were.
    `sent`: OrderIDs whose form was answered.
    """

    def __init__(self, webs: Callable[[], Sequence[str]], gateway: GatewayOnASocket) -> None:
        self.told: list[Result] = []
        self.made_up: list[bytes] = []
        self.sent: list[str] = []
        self._webs, self._gateway = webs, gateway
        self._over = threading.Event()
        roles = (self._operate, self._pay, self._pay, self._make_up)
        self._people = [
            threading.Thread(target=role, args=(random.Random(place),))
            for place, role in enumerate(roles)
        ]

    def sign_in(self, cookies: httpx.Cookies) -> None:
        """The operator's browser, whichever process it asks: they share its sign-in."""
        self._cookies = cookies

    def __enter__(self) -> Self:
        for one in self._people:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for one in self._people:
            one.join()

    def _operate(self, dice: random.Random) -> None:
        numbers = count(1)
        while not self._over.wait(BETWEEN):
            number = f"F{next(numbers)}"
            try:
                with plain_client(dice.choice(self._webs()), cookies=self._cookies) as client:
                    answer = Operator(client).send_form(env="test", OrderID=number)
            except (httpx.HTTPError, AssertionError, KeyError):
                continue
            if answer.status_code == 303:
                self.sent.append(number)

    def _pay(self, dice: random.Random) -> None:
        while not self._over.wait(BETWEEN):
            if (result := self._gateway.somebody_pays(dice)) and self._bring(dice, result.body):
                self.told.append(result)

    def _make_up(self, dice: random.Random) -> None:
        for number in count(1):
            if self._over.wait(BETWEEN / 4):
                return
            raw = body(f"X{number}", password="wrong", shop=SHOP_ID)
            if self._bring(dice, raw):
                self.made_up.append(raw)

    def _bring(self, dice: random.Random, raw: bytes) -> bool:
        """Bring a result, again where that failed, as the page's button does; whether answered."""
        while not self._over.is_set():
            try:
                address = f"{dice.choice(self._webs())}/netcash/return"
                answer = httpx.post(address, content=raw, headers=FORM, timeout=60, verify=False)
            except httpx.HTTPError:
                time.sleep(BETWEEN)
                continue
            if answer.status_code == 200:
                return True
            assert answer.status_code == 503, answer.status_code
        return False
