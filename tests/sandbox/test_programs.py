"""The guide's programs, each run as it stands there."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from app.protocol.checkstring import Verdict, judge, read_result
from app.protocol.fields import CLIENT_FIELD_FORBIDDEN
from app.protocol.messages import Call
from app.protocol.text import encode, normalise, unsendable
from app.protocol.wire import encode_form, split_form
from app.sandbox.operators.programs import LANGUAGES, RECEIVER_PORT, program, receiver
from app.sandbox.scenarios.catalogue import SCENARIOS
from tests.plain import plain_client
from tests.sandbox.merchant import SHOP, Merchant, serving

INTERPRETERS = {
    "curl": ["sh"],
    "python": [sys.executable],
    "php": ["php"],
    "ruby": ["ruby"],
    "node": ["node"],
}
FIELDS = ("ClientField1", "ClientField2", "ClientField3")
# What each kind of client has stumbled over: second bytes that are ASCII's, characters that come
# back as others, those that stand twice, half-width kana, each way of writing a dash.
NOTED = ("〜−①ほげポ掛", "‖¢£¬ｶｿｳﾃﾞｰﾀ 0%+=", "髙﨑ⅰソ表能～－∥￠￡￢～―")


def interpreter(language: str) -> list[str]:
    """How a language is run; skips where nothing on this machine can run it."""
    command = INTERPRETERS[language]
    if shutil.which("curl" if language == "curl" else command[0]) is None:
        pytest.skip(f"{language} is not on this machine")
    return command


def started(port: int, language: str, folder: Path, *texts: str) -> tuple[int, str, str]:
    """How a program of the guide with these texts ended, and what it printed."""
    command = interpreter(language)
    script = folder / "program"
    given = {"texts": dict(zip(FIELDS, texts, strict=True))} if texts else {}
    script.write_text(program(language, f"http://127.0.0.1:{port}", **given), "utf-8")
    done = subprocess.run(
        [*command, str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.soak
def test_a_program_of_the_guide_runs_as_it_stands(
    merchant: Merchant, language: str, tmp_path: Path
) -> None:
    status, told, wrong = started(merchant.port, language, tmp_path)
    assert (status, wrong) == (0, "")
    assert "①髙橋様ポイント表" in told


def sent(store: Path) -> list[tuple[bytes, ...]]:
    """The bytes of the three client fields of each ExecTran in a store."""
    with closing(sqlite3.connect(store)) as connection:
        bodies = connection.execute(
            "select body from request where call = ? order by id", (Call.EXEC.value,)
        )
        values = [dict(split_form(body)) for (body,) in bodies]
    return [tuple(one[name.encode()] for name in FIELDS) for one in values]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_text_leaves_a_program_as_all_others_write_it(
    language: str, tmp_path: Path
) -> None:
    store = tmp_path / "sandbox.db"
    with serving(store, late_seconds=0) as merchant:
        status, told, wrong = started(merchant.port, language, tmp_path, *NOTED)
    assert (status, wrong) == (0, "")
    assert sent(store) == [tuple(encode(text) for text in NOTED)]
    assert all(normalise(text) in told for text in NOTED)
    steps = ["EntryTranNetcash", "ExecTranNetcash", "StartURL", "SearchTradeMulti", "REQSUCCESS"]
    places = [told.index(step) for step in steps]
    assert places == sorted(places)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.soak
def test_every_character_that_can_be_sent_survives_every_program(
    language: str, tmp_path: Path
) -> None:
    whole = "".join(dict.fromkeys(bytes(pair).decode("cp932", "replace") for pair in _pairs()))
    refused = {*CLIENT_FIELD_FORBIDDEN, *unsendable(whole), *"\\$#"}
    usable = "".join(character for character in whole if character not in refused)
    pieces = [usable[at : at + 45] for at in range(0, len(usable), 45)]
    pieces += ["-"] * (-len(pieces) % 3)
    runs = [tuple(pieces[at : at + 3]) for at in range(0, len(pieces), 3)]
    store = tmp_path / "sandbox.db"
    with serving(store, late_seconds=0) as merchant:
        for texts in runs:
            assert started(merchant.port, language, tmp_path, *texts)[0] == 0, texts
    assert sent(store) == [tuple(encode(text) for text in texts) for texts in runs]


def _pairs() -> Iterator[tuple[int, ...]]:
    yield from ((code,) for code in (*range(0x21, 0x7F), *range(0xA1, 0xE0)))
    leads = (*range(0x81, 0xA0), *range(0xE0, 0xED), 0xEF, *range(0xFA, 0xFD))
    yield from ((lead, trail) for lead in leads for trail in range(0x40, 0xFD) if trail != 0x7F)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_names_what_cannot_be_sent_before_it_sends_anything(
    language: str, tmp_path: Path
) -> None:
    status, told, wrong = started(9, language, tmp_path, "ﾃｽﾄ", "絵文字😀", "")
    assert (status, told) == (1, "")
    assert "U+1F600" in wrong
    assert "nothing was sent" in wrong


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.soak
@pytest.mark.parametrize("text", ["—", "¥", "\x80", "\ue000", "か\u3099", "한", "\u200b", "é"])
def test_a_program_names_what_cannot_be_sent_of_every_kind(
    language: str, text: str, tmp_path: Path
) -> None:
    status, told, wrong = started(9, language, tmp_path, "ﾃｽﾄ", text, "")
    assert (status, told) == (1, "")
    assert f"U+{ord(text[-1]):04X}" in wrong


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.soak
def test_a_program_stops_at_a_refusal_and_says_its_code(
    merchant: Merchant, language: str, tmp_path: Path
) -> None:
    status, told, wrong = started(merchant.port, language, tmp_path, "a", "b", "1|2")
    assert status == 1
    assert "M01041013" in told + wrong
    assert "SearchTradeMulti" not in told


PENDING = "お支払いを確認しています。"
WORDS = {"PAYSUCCESS": "お支払いを受け付けました。", "PAYFAIL": "お支払いは完了していません。"}
Ask = Callable[[bytes], str]


@pytest.fixture(scope="module")
def results() -> dict[str, bytes]:
    """The result that each scenario brings to RetURL, as a form; none where none comes."""
    found: dict[str, bytes] = {}
    with serving(":memory:", late_seconds=0) as merchant:
        for scenario in SCENARIOS:
            trade = merchant.enter(f"-{scenario.name}" if scenario.suffix else "")
            for _ in range(2 if scenario.only_first else 1):
                with suppress(httpx.RemoteProtocolError):  # an answer that was cut off
                    merchant.post(Call.EXEC, **merchant.execution(trade))
            address = f"/api/trades/{trade['AccessID']}/customer"
            told = merchant.http.post(address, json={"action": "pay"}).json()
            if told.get("result"):
                found[scenario.name] = encode_form(told["result"].items())
    return found


@contextmanager
def receiving(language: str, folder: Path) -> Iterator[Ask]:
    """A receiver of the guide at work: what it tells the customer about a body."""
    command, script = interpreter(language), folder / "receiver.php"
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    script.write_text(receiver(language).replace(str(RECEIVER_PORT), str(port)), "utf-8")
    if language == "curl":
        yield lambda body: _as_cgi([*command, str(script)], body)
        return
    arguments = ["-S", f"127.0.0.1:{port}"] if language == "php" else []
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        [*command, *arguments, str(script)], stdout=quiet, stderr=quiet
    ) as server:
        try:
            with plain_client(f"http://127.0.0.1:{port}") as http:
                yield lambda body: _posted(http, body)
        finally:
            server.kill()


def _as_cgi(command: list[str], body: bytes) -> str:
    size = {"CONTENT_LENGTH": str(len(body)), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, input=body, env=size, capture_output=True, check=True)
    return done.stdout.decode()


def _posted(http: httpx.Client, body: bytes) -> str:
    while True:  # until it listens; the test's own limit ends it
        try:
            return http.post("/", content=body).text
        except httpx.ConnectError:
            time.sleep(0.02)


def expected(body: bytes) -> str:
    judged = judge(read_result(body), {SHOP["ShopID"]: SHOP["ShopPass"]}.get)
    if judged.verdict is not Verdict.VERIFIED:
        return PENDING
    return WORDS[dict(split_form(body))[b"Status"].decode()]


def tampered(body: bytes) -> Iterator[bytes]:
    """A result changed in ways of which none is the gateway's."""
    values = dict(split_form(body))
    order, status = values[b"OrderID"], values[b"Status"]
    yield b""
    yield b"\xff\x00%zz&=&&"
    yield body.replace(b"OrderID=" + order, b"OrderID=" + order + b"%00")
    yield body.replace(b"OrderID=" + order, b"OrderID=" + order + b"\n")
    yield body.replace(b"OrderID=" + order, b"OrderID=" + order + status[:1]).replace(
        b"Status=" + status, b"Status=" + status[1:]
    )
    yield body.replace(b"ShopID=tshop00000001", b"ShopID=tshop0000000").replace(
        b"OrderID=", b"OrderID=1"
    )
    yield b"OrderID=other&" + body
    yield body.replace(b"Status=" + status, b"Status=PAYFAIL")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receiver_of_the_guide_believes_what_is_signed_in_every_scenario(
    results: dict[str, bytes], language: str, tmp_path: Path
) -> None:
    good = results["ordinary"]
    check = dict(split_form(good))[b"CheckString"]
    bodies = [
        *results.values(),
        good.replace(check, check.upper()),
        good.replace(b"&", b"&&") + b"&ErrInfo=%83%7C",
        *tampered(good),
    ]
    with receiving(language, tmp_path) as ask:
        for body in bodies:
            assert expected(body) in ask(body), body


def test_the_scenarios_bring_results_that_are_believed_and_results_that_are_not(
    results: dict[str, bytes],
) -> None:
    told = {name: expected(body) for name, body in results.items()}
    assert set(told.values()) == {PENDING, *WORDS.values()}
    assert {name for name, words in told.items() if words == PENDING} == {
        *("tamper", "nosign", "badcheck", "othershop")
    }
    assert {"silent", "quiet", "leave"}.isdisjoint(told)
