"""Results out of files: every one found with its line, judged, folded, and kept only when asked."""

from __future__ import annotations

import csv
import gzip
import io
import json
import mailbox
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from sqlmodel import Session, select

from app.desk.importing import Summary, begin_import, keep, read_into, summary_of
from app.desk.importing.texts import NotReadable
from app.protocol.statuses import Status
from app.records.accounts import AuditEntry
from app.records.callbacks import Callback, Channel
from app.records.database import Database
from app.records.imports import Import, ImportedResult, ImportState
from app.records.orders import Order
from app.records.shops import OurShops, Shop
from tests.desk.callbacks.cast import LONG_AGO, a_shop, an_order, body

OURS = OurShops(sandbox_on=True)


def some(number: int, status: Status = Status.PAYSUCCESS) -> list[bytes]:
    return [body(f"A{at}", status, LONG_AGO + timedelta(hours=at)) for at in range(number)]


def wrong(raw: bytes) -> bytes:
    return raw.replace(b"PAYSUCCESS", b"PAYFAIL")


@pytest.fixture
def shop(database: Database) -> Shop:
    shop = a_shop()
    with database.writing() as session:
        session.add(shop)
    return shop


def read(database: Database, data: bytes) -> Summary:
    key = begin_import(database, None, "access.log")
    read_into(database, OURS, key, io.BytesIO(data))
    with database.reading() as session:
        return summary_of(session, session.get_one(Import, key))


def stored(database: Database) -> list[Callback]:
    with database.reading() as session:
        return list(session.exec(select(Callback).order_by(Callback.id)).all())


def access_log(bodies: Sequence[bytes]) -> bytes:
    line = '203.0.113.7 - - [01/Jan/2026:09:00:00 +0900] "{} /return HTTP/1.1" 200 5 "-" {}\n'
    return b"".join(
        line.format("GET", '"-"').encode() + line.format("POST", f'"{one.decode()}"').encode()
        for one in bodies
    )


def json_lines(bodies: Sequence[bytes]) -> bytes:
    return b"".join(json.dumps(dict(fields(one))).encode() + b"\n" for one in bodies)


def fields(raw: bytes) -> list[tuple[str, str]]:
    return parse_qsl(raw.decode(), keep_blank_values=True)


def table(bodies: Sequence[bytes]) -> bytes:
    sheet = io.StringIO()
    rows = csv.DictWriter(sheet, ["No.", *dict(fields(bodies[0]))])
    rows.writeheader()
    rows.writerows(dict(fields(one)) for one in bodies)
    return sheet.getvalue().encode("utf-8-sig")


def har(bodies: Sequence[bytes]) -> bytes:
    entries = [
        {"request": {"method": "POST", "postData": {"text": one.decode(), "params": []}}}
        for one in bodies
    ]
    return json.dumps({"log": {"entries": entries}}).encode()


def mbox(bodies: Sequence[bytes], folder: Path) -> bytes:
    box = mailbox.mbox(folder / "mail")
    for one in bodies:
        mail = mailbox.mboxMessage()
        mail["Subject"] = "result"
        mail.set_payload("\n".join(f"{name}: {value}" for name, value in fields(one)))
        box.add(mail)
    box.close()
    return (folder / "mail").read_bytes()


FORMATS: dict[str, Callable[[Sequence[bytes], Path], bytes]] = {
    "access log": lambda bodies, _: access_log(bodies),
    "JSON lines": lambda bodies, _: json_lines(bodies),
    "CSV": lambda bodies, _: table(bodies),
    "HAR": lambda bodies, _: har(bodies),
    "mbox": mbox,
    "gzip": lambda bodies, _: gzip.compress(access_log(bodies)),
    "UTF-16": lambda bodies, _: access_log(bodies).decode().encode("utf-16"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_result_of_a_file_is_found_and_judged(
    database: Database, shop: Shop, tmp_path: Path, name: str
) -> None:
    bodies = some(5)
    bodies[3] = wrong(bodies[3])
    summary = read(database, FORMATS[name](bodies, tmp_path))
    assert {one.verdict: one.number for one in summary.counts} == {"verified": 4, "mismatch": 1}
    assert summary.row.state is ImportState.READY
    assert stored(database) == []


def lines_of(database: Database) -> dict[str, int]:
    with database.reading() as session:
        found = session.exec(select(ImportedResult).order_by(ImportedResult.id))
        return {dict(fields(one.body))["OrderID"]: one.line for one in found}


@pytest.mark.parametrize(("made", "first", "step"), [(access_log, 2, 2), (table, 2, 1)])
def test_each_result_has_its_line_however_long_the_file(
    database: Database,
    shop: Shop,
    made: Callable[[Sequence[bytes]], bytes],
    first: int,
    step: int,
) -> None:
    bodies = some(400)
    bodies[-1] = wrong(bodies[-1])
    summary = read(database, made(bodies))
    assert lines_of(database) == {f"A{at}": first + step * at for at in range(400)}
    assert {one.verdict: one.number for one in summary.counts} == {"verified": 399, "mismatch": 1}


def test_repeats_are_folded_over_the_whole_file_and_what_is_here_is_told(
    database: Database, shop: Shop
) -> None:
    first = read(database, access_log(some(2)))
    keep(database, OURS, first.row.id, None)
    again = read(database, access_log(some(3) * 200))
    assert [(one.verdict, one.number, one.here) for one in again.counts] == [("verified", 3, 2)]
    assert (again.row.found, again.repeats) == (600, 597)
    # The same words in another order of parameters are here as well.
    other = read(database, json_lines(some(1)))
    assert [one.here for one in other.counts] == [1]


def test_nothing_is_kept_before_it_is_asked_for_and_then_as_if_it_had_come(
    database: Database, shop: Shop
) -> None:
    with database.writing() as session:
        session.add_all([an_order(shop, "A0"), an_order(shop, "A1")])
    bodies = some(2)
    bodies[1] = wrong(bodies[1])
    summary = read(database, access_log(bodies))
    assert stored(database) == []
    keep(database, OURS, summary.row.id, None)
    verified, mismatch = stored(database)
    assert (verified.body, verified.tag_list) == (bodies[0], ["import"])
    assert (mismatch.verdict, mismatch.channel) == ("mismatch", Channel.IMPORT)
    with database.reading() as session:
        orders = {one.order_id: one for one in session.exec(select(Order))}
        # The lines that say so stand with the result.
        assert "access.log, line 2" in verified.headers
        entry = session.exec(select(AuditEntry)).one()
    assert (orders["A0"].status, orders["A0"].money) == (Status.PAYSUCCESS, "reported")
    assert orders["A1"].status == Status.REQSUCCESS
    assert (entry.action, entry.email) == ("results-imported", "command line")


def test_what_was_broken_off_is_taken_up_again_and_nothing_is_kept_twice(
    database: Database, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.desk.importing.keeping.BATCH", 2)
    summary = read(database, access_log(some(5)))
    keep(database, OURS, summary.row.id, None, go_on=lambda: False)
    assert len(stored(database)) == 2
    keep(database, OURS, summary.row.id, None)
    keep(database, OURS, summary.row.id, None)
    assert sorted(one.order_id or "" for one in stored(database)) == [f"A{at}" for at in range(5)]
    assert row_of(database, summary).kept == 5


def row_of(database: Database, summary: Summary) -> Import:
    with database.reading() as session:
        return session.get_one(Import, summary.row.id)


def test_a_line_that_is_no_whole_result_is_named(database: Database, shop: Shop) -> None:
    whole, cut = some(2)
    cut = cut.split(b"&CheckString")[0].split(b"&TranDate")[0]
    summary = read(database, access_log([whole]) + b"OrderID=A7&TranDate=20260101000000\n")
    assert [one.line for one in summary.unread] == [3]
    assert summary.row.unread_number == 1
    assert cut


def test_a_packed_file_that_breaks_off_is_none(database: Database, shop: Shop) -> None:
    key = begin_import(database, None, "access.log.gz")
    with pytest.raises(NotReadable):
        read_into(database, OURS, key, io.BytesIO(gzip.compress(access_log(some(9)))[:-20]))
    with database.reading() as session:
        assert session.get_one(Import, key).state is ImportState.FAILED
    keep(database, OURS, key, None)
    assert stored(database) == []


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xff\xfe\x00", bytes(range(256)) * 9, b"OrderID"])
def test_a_file_of_anything_is_read_to_its_end(database: Database, shop: Shop, data: bytes) -> None:
    assert read(database, data).row.state is ImportState.READY


def test_what_was_found_long_ago_and_never_kept_is_forgotten(
    database: Database, shop: Shop
) -> None:
    summary = read(database, access_log(some(2)))
    with database.writing() as session:
        session.get_one(Import, summary.row.id).created_at = datetime(2026, 1, 1, tzinfo=UTC)
    read(database, b"")
    with database.reading() as session:
        assert results(session) == []


def results(session: Session) -> list[ImportedResult]:
    return list(session.exec(select(ImportedResult)).all())


@pytest.mark.soak
def test_a_million_lines_are_read_in_bounded_memory(
    database: Database, shop: Shop, tmp_path: Path
) -> None:
    import resource

    path, raw = tmp_path / "access.log", access_log(some(1)).splitlines(keepends=True)
    with path.open("wb") as file:
        for at in range(1_000_000):
            file.write(raw[1] if at % 100 == 0 else raw[0])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    key = begin_import(database, None, path.name)
    with path.open("rb") as file:
        read_into(database, OURS, key, file)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    with database.reading() as session:
        assert session.get_one(Import, key).found == 10_000
    assert grown < 64 * 1024  # KiB
