"""Where whoever holds the sandbox key may have this server send."""

from __future__ import annotations

import asyncio

import pytest

from app.sandbox.app import create_sandbox, running
from app.sandbox.context import Sandbox
from app.sandbox.sending.targets import may_be_sent
from app.sandbox.store.shops import allow_hosts

DESK = "http://127.0.0.1:8000/sandbox"
NAMED = "merchant.example other.example:8443 127.0.0.1:9000 [::1]:9001"


@pytest.mark.parametrize(
    ("url", "inside_a_desk", "alone"),
    [
        ("http://127.0.0.1:8000/netcash/notify", True, True),
        ("http://localhost:8000/netcash/notify", True, True),
        ("http://127.0.0.1:9000/receiver", True, True),
        ("http://[::1]:9001/receiver", True, True),
        ("http://127.0.0.1:5432/", False, True),
        ("http://127.0.0.1/", False, True),
        ("http://localhost:9000/", False, True),
        ("http://[::1]:22/", False, True),
        ("http://merchant.example/r", True, True),
        ("https://merchant.example:4443/r", True, True),
        ("https://other.example:8443/r", True, True),
        ("https://other.example/r", False, False),
        ("https://elsewhere.example/r", False, False),
        ("http://169.254.169.254/latest", False, False),
        ("ftp://merchant.example/r", False, False),
        ("http://127.0.0.1:99999/", False, False),
        ("http://[", False, False),
    ],
)
def test_a_sandbox_inside_a_desk_reaches_of_its_machine_only_what_was_named(
    url: str, inside_a_desk: bool, alone: bool
) -> None:
    assert asyncio.run(reaches(DESK, url)) == inside_a_desk
    assert asyncio.run(reaches(None, url)) == alone


def test_a_desk_with_a_name_does_not_lend_its_port_to_other_programs() -> None:
    served = "https://desk.example.jp/sandbox"
    assert not asyncio.run(reaches(served, "https://127.0.0.1/admin"))


async def reaches(base_url: str | None, url: str) -> bool:
    app = create_sandbox(":memory:", base_url=base_url, late_seconds=0)
    async with running(app):
        sandbox: Sandbox = app.state.sandbox
        await sandbox.store.run(allow_hosts, NAMED)
        return await may_be_sent(sandbox, url)
