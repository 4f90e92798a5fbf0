"""Where our own requests go: to public addresses, to the very ones that were looked at."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from app.gateway import Detail, Gateway, Outcome
from app.outgoing import LeadsInside, PinnedTransport
from app.protocol.messages import Call

pytestmark = pytest.mark.anyio

HOST = "gateway.example"
PUBLIC, SECOND = "93.184.216.34", "2606:2800:220:1::1"
TRANSLATED = "64:ff9b::5db8:d822"


class Network:
    """Answers for names, and notes what is connected to."""

    def __init__(self, *answers: list[str], refuses: str = "") -> None:
        self._answers: Iterator[list[str]] = iter(answers)
        self._refuses = refuses
        self.reached: list[tuple[str, str, str]] = []

    async def resolve(self, host: str, port: int) -> list[str]:
        del host, port
        return next(self._answers)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == self._refuses:
            raise httpx.ConnectError("refused", request=request)
        name = request.extensions["sni_hostname"]
        self.reached.append((request.url.host, request.headers["host"], name))
        return httpx.Response(200, content=b"")

    def transport(self) -> PinnedTransport:
        return PinnedTransport(lambda: httpx.MockTransport(self.answer), self.resolve)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.8",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.8",
        "::ffff:93.184.216.34",
        "64:ff9b::a00:8",
        "64:ff9b:1::a00:8",
        "2002:a00:8::1",
        "::10.0.0.8",
    ],
)
async def test_a_name_that_leads_inside_is_not_followed(address: str) -> None:
    for answer in ([address], [PUBLIC, address]):
        network = Network(answer)
        async with httpx.AsyncClient(transport=network.transport()) as client:
            with pytest.raises(LeadsInside):
                await client.post(f"https://{HOST}/payment")
        assert network.reached == []


async def test_what_is_connected_to_is_the_address_that_was_looked_at() -> None:
    # Whoever answers for the name says something else the second time it is asked.
    network = Network([PUBLIC], ["127.0.0.1"])
    async with httpx.AsyncClient(transport=network.transport()) as client:
        await client.post(f"https://{HOST}:8443/payment")
        with pytest.raises(LeadsInside):
            await client.post(f"https://{HOST}:8443/payment")
    assert network.reached == [(PUBLIC, f"{HOST}:8443", HOST)]


async def test_where_one_address_refuses_the_next_is_tried() -> None:
    for second in (SECOND, TRANSLATED):
        network = Network([PUBLIC, second], refuses=PUBLIC)
        async with httpx.AsyncClient(transport=network.transport()) as client:
            await client.post(f"https://{HOST}/payment")
        assert network.reached == [(second, HOST, HOST)]


async def test_loopback_is_for_its_own_names() -> None:
    network = Network(["127.0.0.1"], [PUBLIC])
    async with httpx.AsyncClient(transport=network.transport()) as client:
        await client.post("http://localhost:8000/payment")
        with pytest.raises(LeadsInside):
            await client.post("http://localhost:8000/payment")
    assert [host for host, *_ in network.reached] == ["127.0.0.1"]


async def test_a_call_that_would_lead_inside_has_a_name_and_was_not_sent() -> None:
    gateway = Gateway(5, Network(["10.0.0.8"]).transport())
    reply = await gateway.ask(f"https://{HOST}", Call.SEARCH, b"ShopPass=secret")
    await gateway.close()
    assert (reply.outcome, reply.detail) == (Outcome.NOT_SENT, Detail.LEADS_INSIDE)
