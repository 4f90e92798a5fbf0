"""The way of a payment over HTTP: what an operator and a customer do, each with a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

from app.protocol.checkstring import signed_result
from app.protocol.statuses import Status
from app.protocol.wire import encode_form
from tests.plain import plain_client, post
from tests.reading import Shown
from tests.waiting import until

SHOP, PASSWORD = "tshop00000001", "tpass7xq"

_numbers = count(1)


class Operator:
    """Somebody who is signed in at a desk."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def create(self, suffix: str = "", action: str = "execute", **typed: str) -> str:
        """Fill in the form of a new transaction and send it; the order's address."""
        typed = {"OrderID": f"W{next(_numbers)}{suffix}"} | typed
        answer = self.send_form(action, **typed)
        assert answer.status_code == 303, Shown(answer).all("data-error-for")
        return answer.headers["location"]

    def send_form(self, action: str = "execute", env: str = "", **typed: str) -> httpx.Response:
        """The same, whatever comes of it."""
        form = self.see("/orders/new", **({"env": env} if env else {})).form("/orders")
        usual = {"Amount": "1200", "Tax": "120", "action": action}
        return self.client.post("/orders", data=form.fields | usual | typed)

    def see(self, address: str, **query: str) -> Shown:
        """A page."""
        answer = self.client.get(address, params=query or None, follow_redirects=True)
        return Shown(answer)

    def act(self, address: str, noun: str, **fields: str) -> httpx.Response:
        """Press one of an order's buttons."""
        return self.client.post(f"{address}/{noun}", data=fields)

    def launch(self, address: str) -> str:
        """Make a payment link, once the gateway has answered; its address."""

        def made() -> str | None:
            answer = self.act(address, "launches")
            return answer.headers["location"] if answer.status_code == 303 else None

        return until(made)

    def wait_for(self, address: str, **wanted: Any) -> Shown:
        """Look at a page until it shows what is wanted of its properties."""

        def as_wanted() -> Shown | None:
            shown = self.see(address)
            found = {name: getattr(shown, name) for name in wanted}
            return shown if found == wanted else None

        return until(as_wanted)


class Customer:
    """Somebody with a browser of their own, which knows nothing of the desk."""

    def __init__(self, desk_url: str) -> None:
        self.browser = plain_client(desk_url, follow_redirects=True)

    def close(self) -> None:
        self.browser.close()

    def opens(self, link: str) -> Shown:
        """Open a payment link, which takes them on to the gateway's payment page."""
        return self._sends(Shown(self.browser.get(link)))

    def presses(self, page: Shown, action: str) -> Shown:
        """Press a button of the payment page; the page that follows."""
        return self._sends(page, action=action)

    def returns(self, page: Shown) -> Shown:
        """Bring the result to the shop, as often as the page does; the page they read last."""
        for form in page.forms:
            shown = self._posts(page, form.action, form.fields)
        return shown

    def _sends(self, page: Shown, **button: str) -> Shown:
        (form,) = page.forms
        return self._posts(page, form.action, form.fields | button)

    def _posts(self, page: Shown, action: str, fields: dict[str, str]) -> Shown:
        # A page of the gateway has an opaque origin: this is what its forms are sent with.
        headers = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}
        return Shown(self.browser.post(page.address.join(action), data=fields, headers=headers))


def visit(desk_url: str, link: str, action: str) -> Shown:
    """A whole visit of a customer: open, press, return; what they read at the end."""
    with closing(Customer(desk_url)) as customer:
        page = customer.presses(customer.opens(link), action)
        return customer.returns(page) if page.forms else page


def bring_result(desk_url: str, order_id: str, status: Status, **changed: str) -> httpx.Response:
    """A rightly signed result reaches RetURL; `changed` is altered after it was signed."""
    result = signed_result(SHOP, order_id, status, "20261124140322", PASSWORD)
    body = encode_form((dict(result.pairs()) | changed).items())
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "null"}
    return post(f"{desk_url}/netcash/return", content=body, headers=headers)


class Kind(NamedTuple):
    """What tells an address from others: two that differ in a filter's value show the same."""

    path: str
    environment: str
    filters: frozenset[str]


def kind_of(address: str) -> Kind:
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    return Kind(parts.path, query.pop("env", ""), frozenset(query))


def crawl(operator: Operator) -> Iterator[tuple[str, httpx.Response]]:
    """Every page that links lead to from the overview, in each environment.

    Of a list each filter is followed once, by itself: together they make thousands of addresses.
    """
    seen: set[Kind] = set()
    waiting = [f"/?env={name}" for name in ("production", "test", "sandbox")]
    while waiting:
        address = waiting.pop()
        kind = kind_of(address)
        if kind in seen or len(kind.filters) > 1 or address.startswith(("/static", "/pay/")):
            continue
        seen.add(kind)
        answer = operator.client.get(address, follow_redirects=True)
        yield address, answer
        hrefs = re.findall(r'href="([^"#]+)"', answer.text)
        links = (urlsplit(urljoin(address, unescape(href))) for href in hrefs)
        waiting += [link._replace(fragment="").geturl() for link in links if not link.netloc]
