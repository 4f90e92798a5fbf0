"""The live feed: every callback in every open page, none missed after a break."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

import httpx
import pytest
from sqlmodel import select

from app.clock import now
from app.desk.live.sign_in_watch import LOOK_EVERY
from app.records.accounts import user_by_email
from app.records.shops import Shop
from tests.cast import ADMIN, PASSWORD, VIEWER
from tests.conftest import Served, serving, settings_for
from tests.desk.callbacks.cast import an_order, body, tampered
from tests.waiting import until

STREAM = "/live/callbacks?env=sandbox"


class Reader:
    """Reads a stream in a thread, as an event source would.

    `rows`: the OrderIDs of judged callbacks. One that a busy machine has not judged within a second
    is told of before that as well, and belongs to no environment yet.
    """

    def __init__(self, client: httpx.Client, address: str, last: str = "") -> None:
        self.ids: list[str] = []
        self.rows: list[str] = []
        self.notices = 0
        self.ended = False
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
        self._response = client.send(
            client.build_request("GET", address, headers=headers), stream=True
        )
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            order_id = ""
            for line in self._response.iter_lines():
                if line.startswith("id: "):
                    self.ids.append(line[4:])
                self.notices += line == "data: notice"
                if found := re.search(r'<code class="order-id">(.*?)</code>', line):
                    order_id = found[1]
                if order_id and "data-verdict=" in line:
                    self.rows.append(order_id)
                    order_id = ""
        except (httpx.HTTPError, httpx.StreamError):
            pass
        self.ended = True

    def wait_for(self, number: int) -> list[str]:
        until(lambda: len(self.rows) >= number)
        return self.rows

    def close(self) -> None:
        self._response.close()


@contextmanager
def reading(client: httpx.Client, address: str = STREAM, last: str = "") -> Iterator[Reader]:
    # As a page does: from what was there when it was made.
    if "after=" not in address:
        after = re.findall(r"after=([^&\"]+)", client.get("/callbacks?env=sandbox").text)[0]
        address += f"&after={after}"
    reader = Reader(client, address, last)
    yield reader
    reader.close()


def bring(served: Served, *order_ids: str) -> None:
    with served.client(None) as visitor:
        for order_id in order_ids:
            assert visitor.post("/netcash/return", content=tampered(order_id)).status_code == 200


@pytest.mark.parametrize(
    "cursor", ["Z" * 32 + ".0", "f" * 32 + ".0", "0" * 32 + "." + "9" * 40, "%00", "", "."]
)
def test_what_is_no_cursor_is_answered_as_none(served: Served, cursor: str) -> None:
    with closing(served.client()) as client:
        answered = client.get(f"/live/number?after={cursor}")
        assert (answered.status_code, answered.text) == (200, "0")
        with reading(client, f"{STREAM}&after={cursor}") as reader:
            bring(served, "C1")
            assert reader.wait_for(1) == ["C1"]


def test_every_callback_appears_in_order(served: Served) -> None:
    numbers = [f"L{number:02}" for number in range(20)]
    with closing(served.client()) as client, reading(client) as one, reading(client) as other:
        bring(served, *numbers)
        assert one.wait_for(20) == numbers
        assert other.wait_for(20) == numbers


def test_none_is_missed_and_none_told_twice_after_a_break(served: Served) -> None:
    with closing(served.client()) as client:
        with reading(client) as reader:
            bring(served, "B1", "B2")
            assert reader.wait_for(2) == ["B1", "B2"]
            last = reader.ids[-1]
        bring(served, "B3", "B4")
        with reading(client, last=last) as reader:
            bring(served, "B5")
            assert reader.wait_for(3) == ["B3", "B4", "B5"]


def test_a_stream_goes_on_from_where_its_page_was_made(served: Served) -> None:
    with closing(served.client()) as client:
        bring(served, "P1")
        text = client.get("/callbacks").text
        address = re.findall(r'hx-sse:connect="(.*?)"', text)[0].replace("&amp;", "&")
        bring(served, "P2")
        with reading(client, address) as reader:
            assert reader.wait_for(1) == ["P2"]


def test_a_stream_shows_its_own_environment_and_what_belongs_to_none(served: Served) -> None:
    with (
        closing(served.client()) as client,
        reading(client, "/live/callbacks?env=production") as reader,
    ):
        bring(served, "S1")
        with served.client(None) as visitor:
            visitor.post("/netcash/return", content=body("N1", shop="someoneelse"))
        assert reader.wait_for(1) == ["N1"]


def test_a_stream_of_one_order_tells_of_that_order_alone(served: Served) -> None:
    with served.app.state.desk.database.writing() as session:
        order = an_order(session.exec(select(Shop)).one(), "O1")
        session.add(order)
    with (
        closing(served.client()) as client,
        reading(client, f"{STREAM}&order={order.id}") as reader,
    ):
        bring(served, "O2", "O1", "O3")
        assert reader.wait_for(1) == ["O1"]
        time.sleep(0.2)
        assert reader.rows == ["O1"]


def test_a_replay_tells_of_the_first_and_how_many_more(served: Served) -> None:
    raw = tampered("R1")
    with (
        closing(served.client()) as client,
        served.client(None) as visitor,
        reading(client) as reader,
    ):
        for number in range(3):
            visitor.post("/netcash/return", content=raw)
            assert reader.wait_for(number + 1) == ["R1"] * (number + 1)


def test_a_signed_out_stream_answers_401(served: Served) -> None:
    with served.client(None) as visitor:
        answer = visitor.get(STREAM, headers={"Accept": "text/event-stream"})
    assert answer.status_code == 401


def test_a_hidden_page_is_told_how_many_entries_need_a_person(served: Served) -> None:
    with closing(served.client()) as client:
        text = client.get("/callbacks").text
        address = re.findall(r'data-number="(.*?)"', text)[0].replace("&amp;", "&")
        assert client.get(address).text == "0"
        # Verified results of numbers that nobody knows.
        for number in ("H1", "H2"):
            client.post("/netcash/return", content=body(number))
        until(lambda: client.get(address).text == "2")


def test_streams_end_when_the_process_is_told_to_stop(served: Served) -> None:
    with closing(served.client()) as client, reading(client) as reader:
        served.app.state.stopping.set()
        bring(served, "E1")
        until(lambda: reader.ended)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_one_process_receives_the_other_tells(
    kind: str, served: Served, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = served.settings.resolved_database_url
    if kind == "postgresql":
        url = request.getfixturevalue("postgresql")
    with (
        serving(settings_for(tmp_path, database_url=url)) as one,
        serving(settings_for(tmp_path, database_url=url)) as other,
        closing(one.client()) as client,
        reading(client) as reader,
    ):
        bring(other, "T1")
        assert reader.wait_for(1) == ["T1"]
        bring(one, "T2")
        bring(other, "T3")
        assert reader.wait_for(3) == ["T1", "T2", "T3"]


@pytest.mark.parametrize("end", ["signed out", "another password", "disabled"])
def test_a_stream_ends_with_its_sign_in(
    served: Served, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr("app.desk.live.sign_in_watch.LOOK_EVERY", 0.1)
    with (
        closing(served.client(VIEWER)) as other,
        closing(served.client()) as client,
        reading(client) as reader,
        reading(other) as others,
    ):
        bring(served, "S1")
        assert reader.wait_for(1) == ["S1"]
        END[end](served, client)
        until(lambda: reader.ended)
        bring(served, "S2")
        assert others.wait_for(2) == ["S1", "S2"]
        assert (reader.rows, others.ended) == (["S1"], False)


def sign_out(served: Served, client: httpx.Client) -> None:
    del served
    assert client.post("/logout").status_code == 303


def change_password(served: Served, client: httpx.Client) -> None:
    del client
    with closing(served.client()) as elsewhere:
        new = {"password": "another good password", "password_again": "another good password"}
        form = {"email": ADMIN.email, "password_now": PASSWORD} | new
        assert elsewhere.post("/settings/account", data=form).status_code == 303


def disable(served: Served, client: httpx.Client) -> None:
    del client
    with served.app.state.desk.database.writing() as session:
        user = user_by_email(session, ADMIN.email)
        assert user
        user.disabled_at = now()


END = {"signed out": sign_out, "another password": change_password, "disabled": disable}


def test_how_often_a_sign_in_is_looked_at_keeps_the_promise_of_fifteen_seconds() -> None:
    assert LOOK_EVERY <= 10
