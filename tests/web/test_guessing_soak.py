"""A great attack on one sign-in over real sockets, and what the owner notices of it."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from app.desk.accounts.throttle import PER_PAIR
from tests.cast import OPERATOR, PASSWORD
from tests.conftest import Served, serving, settings_for
from tests.plain import plain_client

GUESSES, ADDRESSES, AT_ONCE = 10_000, 1_000, 8
RIGHT = {"email": OPERATOR.email, "password": PASSWORD}


def guess(client: httpx.Client, number: int) -> int:
    spread = number % ADDRESSES
    wrong = {"email": OPERATOR.email, "password": f"wrong password {number}"}
    headers = {"X-Forwarded-For": f"198.51.{spread // 250}.{spread % 250 + 1}"}
    return client.post("/login", data=wrong, headers=headers).status_code


@pytest.mark.soak
def test_ten_thousand_guesses_from_a_thousand_addresses_keep_no_owner_out(tmp_path: Path) -> None:
    with serving(settings_for(tmp_path, trusted_proxies=("127.0.0.1",))) as served:
        with closing(plain_client(served.url)) as known, closing(served.client()) as reader:
            assert known.post("/login", data=RIGHT).status_code == 303
            known.cookies.delete("desk_session")
            answers = attack(served, reader)
            assert set(answers) <= {422, 429, 503}
            # However slowly one goes about it: of each address so many are looked at, no more.
            assert answers[422] <= ADDRESSES * PER_PAIR
            assert known.post("/login", data=RIGHT).status_code == 303
        assert seconds_until_in(served.url) < 60


def attack(served: Served, reader: httpx.Client) -> Counter[int]:
    """Guess; meanwhile somebody who is signed in reads pages."""
    with closing(plain_client(served.url)) as client, ThreadPoolExecutor(AT_ONCE) as pool:
        guesses = [pool.submit(guess, client, number) for number in range(GUESSES)]
        while not all(one.done() for one in guesses):
            assert reader.get("/orders").status_code == 200
        return Counter(one.result() for one in guesses)


def seconds_until_in(url: str) -> float:
    """How long the owner waits in a browser that nobody knows, as long as the page says."""
    began = time.monotonic()
    with closing(plain_client(url, headers={"X-Forwarded-For": "203.0.113.9"})) as stranger:
        while (answer := stranger.post("/login", data=RIGHT)).status_code != 303:
            assert answer.status_code in {429, 503}
            time.sleep(int(answer.headers["retry-after"]))
    return time.monotonic() - began
