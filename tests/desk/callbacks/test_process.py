"""What arrives at RetURL: received, verified, applied."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import event
from sqlmodel import select

from app.clock import now
from app.desk.callbacks import CustomerMessage, process_waiting, reverify
from app.desk.context import Desk
from app.protocol.statuses import Status
from app.records.callbacks import Applied, Callback
from app.records.changes import Change, Effect, changes_of
from app.records.database import Database
from app.records.orders import UNKNOWN, Conflict, Order, Origin, Source
from app.records.shops import Environment, Shop
from app.records.verdict_changes import verdict_changes_of
from tests.desk.callbacks.cast import (
    HEADERS,
    LONG_AGO,
    PASSWORD,
    SHOP,
    a_shop,
    an_order,
    body,
    bring,
    desk_over,
    patient_intake,
    tampered,
    working,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(any_database: Database) -> AsyncIterator[Desk]:
    async with working(any_database) as desk:
        yield desk


def open_order(desk: Desk, order_id: str, status: Status = Status.REQSUCCESS) -> str:
    with desk.database.writing() as session:
        order = an_order(session.exec(select(Shop)).first() or a_shop(), order_id, status)
        session.add(order)
        return order.id


def order_of(desk: Desk, order_id: str) -> Order:
    with desk.database.reading() as session:
        return session.exec(select(Order).where(Order.order_id == order_id)).one()


def changes(desk: Desk, order_id: str) -> list[Change]:
    with desk.database.reading() as session:
        return list(changes_of(session, order_of(desk, order_id).id))


async def test_the_raw_bytes_are_there_before_anybody_verifies_them(desk: Desk) -> None:
    key = await patient_intake(desk).receive(b"\x00\xff not a form at all", HEADERS, "203.0.113.7")
    with desk.database.reading() as session:
        callback = session.get_one(Callback, key)
    assert callback.body == b"\x00\xff not a form at all"
    assert callback.remote_address == "203.0.113.7"
    assert callback.judged_at is None


async def test_a_cookie_is_never_kept(desk: Desk) -> None:
    key = await patient_intake(desk).receive(b"", HEADERS, "203.0.113.7")
    with desk.database.reading() as session:
        headers = session.get_one(Callback, key).headers
    assert headers == '{"content-type": "application/x-www-form-urlencoded"}'


async def test_a_verified_callback_moves_the_order(desk: Desk) -> None:
    open_order(desk, "A1001")
    processed = await bring(desk, body("A1001"))
    order = order_of(desk, "A1001")
    assert (order.status, order.source) == ("PAYSUCCESS", Source.CALLBACK)
    assert order.money == "reported"
    assert processed.callback.applied is Applied.MOVED
    assert processed.callback.environment is Environment.SANDBOX
    assert processed.message is CustomerMessage.PAID


async def test_a_verified_refusal_is_told_as_not_paid(desk: Desk) -> None:
    open_order(desk, "A1001")
    assert (await bring(desk, body("A1001", Status.PAYFAIL))).message is CustomerMessage.NOT_PAID


async def test_a_refusal_whose_code_leaves_doubt_is_told_once_a_lookup_has_agreed(
    desk: Desk,
) -> None:
    key = open_order(desk, "A1001")
    refused = body("A1001", Status.PAYFAIL).replace(b"ErrInfo=", b"ErrInfo=NC1000004")
    assert (await bring(desk, refused)).message is CustomerMessage.BEING_CONFIRMED
    with desk.database.writing() as session:
        session.get_one(Order, key).confirmed_at = now()
    assert (await bring(desk, refused)).message is CustomerMessage.NOT_PAID


DOUBTFUL = {
    "mismatch": tampered("A1001"),
    "no-checkstring": body("A1001").split(b"&CheckString")[0],
    "unknown-shop": body("A1001", shop="someoneelse"),
    "malformed": body("A1001").replace(b"PAYSUCCESS", b"REQSUCCESS"),
}


@pytest.mark.parametrize(("verdict", "raw"), DOUBTFUL.items(), ids=DOUBTFUL.keys())
async def test_an_unverified_callback_moves_nothing(desk: Desk, verdict: str, raw: bytes) -> None:
    open_order(desk, "A1001")
    processed = await bring(desk, raw)
    assert processed.callback.verdict == verdict
    assert processed.callback.applied is None
    assert processed.message is CustomerMessage.BEING_CONFIRMED
    assert order_of(desk, "A1001").status == "REQSUCCESS"
    assert changes(desk, "A1001") == []


async def test_an_unverified_callback_is_found_at_the_order_it_names(desk: Desk) -> None:
    key = open_order(desk, "A1001")
    assert (await bring(desk, tampered("A1001"))).callback.order_key == key


async def test_a_callback_of_no_shop_of_ours_belongs_to_no_environment(desk: Desk) -> None:
    for verdict in ("unknown-shop", "malformed"):
        assert (await bring(desk, DOUBTFUL[verdict])).callback.environment is None


async def test_the_sandboxs_shop_is_unknown_while_the_sandbox_is_off(database: Database) -> None:
    async with working(database) as desk:
        off = desk_over(database, sandbox_url=None)
        off.writer = desk.writer
        assert (await bring(off, body("A1001"))).callback.verdict == "unknown-shop"


async def test_an_upper_case_checkstring_is_accepted_and_said_so(desk: Desk) -> None:
    raw = body("A1001")
    start = raw.index(b"CheckString=") + 12
    upper = raw[:start] + raw[start : start + 32].upper() + raw[start + 32 :]
    callback = (await bring(desk, upper)).callback
    assert (callback.verdict, callback.detail) == ("verified", "upper-case")


async def test_a_verified_callback_of_an_unknown_order_makes_it_with_unknown_status(
    desk: Desk,
) -> None:
    processed = await bring(desk, body("NEVER-SEEN"))
    order = order_of(desk, "NEVER-SEEN")
    assert (order.origin, order.status, order.source) == (Origin.CALLBACK, UNKNOWN, None)
    assert processed.callback.tag_list == ["unknown-order"]
    assert processed.callback.order_key == order.id
    assert processed.message is CustomerMessage.BEING_CONFIRMED


async def test_an_unverified_callback_never_makes_an_order(desk: Desk) -> None:
    await bring(desk, tampered("NEVER-SEEN"))
    with desk.database.reading() as session:
        assert session.exec(select(Order)).all() == []


async def test_the_same_bytes_again_change_nothing_and_are_tagged(desk: Desk) -> None:
    open_order(desk, "A1001")
    raw = body("A1001")
    first = await bring(desk, raw)
    for _ in range(5):
        again = await bring(desk, raw)
        assert again.callback.tag_list == ["duplicate"]
        assert again.callback.copy_of == first.callback.id
        assert again.callback.applied is Applied.NOTHING
        assert again.message is CustomerMessage.PAID
    assert [change.effect for change in changes(desk, "A1001")] == [Effect.MOVED]


async def test_the_same_result_in_other_bytes_is_a_duplicate_too(desk: Desk) -> None:
    open_order(desk, "A1001")
    raw = body("A1001")
    await bring(desk, raw)
    again = await bring(desk, raw + b"&ErrCode=")
    assert again.callback.tag_list == ["duplicate", "repeated-parameters"]
    assert again.callback.applied is Applied.NOTHING
    assert again.callback.copy_of is None


async def test_a_success_after_a_failure_is_a_conflict_with_a_lookup_due(desk: Desk) -> None:
    open_order(desk, "A1001")
    await bring(desk, body("A1001", Status.PAYFAIL))
    processed = await bring(desk, body("A1001", Status.PAYSUCCESS))
    order = order_of(desk, "A1001")
    assert (order.status, order.conflict) == ("PAYFAIL", Conflict.STATUS)
    assert order.lookup_due_at is not None
    assert processed.callback.tag_list == ["conflict"]
    assert processed.callback.applied is Applied.CONFLICT
    assert processed.message is CustomerMessage.BEING_CONFIRMED


async def test_a_conflict_replayed_is_one_conflict(desk: Desk) -> None:
    open_order(desk, "A1001")
    await bring(desk, body("A1001", Status.PAYFAIL))
    raw = body("A1001", Status.PAYSUCCESS)
    for _ in range(4):
        await bring(desk, raw)
    effects = [change.effect for change in changes(desk, "A1001")]
    assert effects == [Effect.MOVED, Effect.CONFLICT]


async def test_a_replay_does_not_undo_what_a_person_settled(desk: Desk) -> None:
    key = open_order(desk, "A1001")
    raw = body("A1001")
    await bring(desk, raw)
    with desk.database.writing() as session:  # somebody believed the lookup instead
        order = session.get_one(Order, key)
        order.status, order.source = Status.REQSUCCESS, Source.LOOKUP
    for replay in (raw, raw + b"&ErrCode="):
        processed = await bring(desk, replay)
        assert processed.callback.applied is Applied.NOTHING
        assert processed.message is CustomerMessage.BEING_CONFIRMED
    assert order_of(desk, "A1001").status == "REQSUCCESS"


async def test_a_success_for_an_order_never_executed_is_a_conflict(desk: Desk) -> None:
    open_order(desk, "A1001", Status.UNPROCESSED)
    processed = await bring(desk, body("A1001"))
    assert order_of(desk, "A1001").conflict is Conflict.NEVER_EXECUTED
    assert processed.message is CustomerMessage.BEING_CONFIRMED


@pytest.mark.parametrize(
    ("raw", "tags"),
    [
        (body("A1001", at=LONG_AGO), ["late"]),
        (body("A1001") + b"&Extra=1", ["extra-parameters"]),
        (body("A1001") + b"&ErrInfo=1", ["repeated-parameters"]),
        (body("A1001") + b"&X=1&X=2", ["extra-parameters", "repeated-parameters"]),
    ],
)
async def test_what_is_remarkable_is_tagged(desk: Desk, raw: bytes, tags: list[str]) -> None:
    open_order(desk, "A1001")
    assert (await bring(desk, raw)).callback.tag_list == tags


async def test_a_shop_added_later_has_its_callbacks_verified_again(desk: Desk) -> None:
    raw = body("B1", shop="newshop", password="secret12")
    key = (await bring(desk, raw)).callback.id
    with desk.database.writing() as session:
        session.add(a_shop("newshop", "secret12"))
    assert reverify(desk.database, desk.settings.our_shops) == 1
    with desk.database.reading() as session:
        callback = session.get_one(Callback, key)
        assert (callback.verdict, callback.tag_list) == ("verified", ["unknown-order"])
        assert callback.environment is Environment.SANDBOX
        [earlier] = verdict_changes_of(session, key)
    assert (earlier.from_verdict, earlier.to_verdict) == ("unknown-shop", "verified")
    assert reverify(desk.database, desk.settings.our_shops) == 0


async def test_a_corrected_password_verifies_what_did_not_match(desk: Desk) -> None:
    open_order(desk, "A1001")
    await bring(desk, body("A1001", password="otherpw1"))
    set_password(desk, "otherpw1")
    assert reverify(desk.database, desk.settings.our_shops) == 1
    assert order_of(desk, "A1001").status == "PAYSUCCESS"


async def test_a_verified_verdict_never_falls(desk: Desk) -> None:
    key = (await bring(desk, body("A1001"))).callback.id
    set_password(desk, "otherpw1")
    assert reverify(desk.database, desk.settings.our_shops) == 0
    with desk.database.reading() as session:
        assert session.get_one(Callback, key).verdict == "verified"


def set_password(desk: Desk, password: str) -> None:
    with desk.database.writing() as session:
        shop = session.exec(select(Shop).where(Shop.shop_id == SHOP)).one()
        shop.previous_password, shop.password = PASSWORD, password


async def test_what_a_dead_process_left_is_processed_at_the_next_start(desk: Desk) -> None:
    open_order(desk, "A1001")
    for raw in (body("A1001"), *DOUBTFUL.values()):
        await patient_intake(desk).receive(raw, HEADERS, "203.0.113.7")
    assert process_waiting(desk) == 5
    assert order_of(desk, "A1001").status == "PAYSUCCESS"
    assert process_waiting(desk) == 0


async def test_two_processes_and_the_same_callback_at_once_make_one_change(desk: Desk) -> None:
    other = desk_over(desk.database)
    other.writer.start()
    try:
        open_order(desk, "A1001")
        raw = body("A1001")
        intakes = [patient_intake(desk), patient_intake(other)] * 10
        keys = [await intake.receive(raw, HEADERS, "") for intake in intakes]
        pairs = zip(intakes, keys, strict=True)
        await asyncio.gather(*(intake.outcome(key) for intake, key in pairs))
    finally:
        await other.tasks.close()
        await desk.tasks.close()
        await other.writer.stop()
    assert [change.effect for change in changes(desk, "A1001")] == [Effect.MOVED]
    copies = [callback.copy_of for callback in everything(desk)]
    assert len(copies) == 20
    assert copies.count(None) == 1


def everything(desk: Desk) -> list[Callback]:
    with desk.database.reading() as session:
        return list(session.exec(select(Callback)).all())


async def test_two_processes_meet_the_same_unknown_order_once(desk: Desk) -> None:
    other = desk_over(desk.database)
    other.writer.start()
    try:
        intakes = [patient_intake(desk), patient_intake(other)] * 10
        keys = [
            await intake.receive(body(f"NEW-{number % 5}"), HEADERS, "")
            for number, intake in enumerate(intakes)
        ]
        pairs = zip(intakes, keys, strict=True)
        await asyncio.gather(*(intake.outcome(key) for intake, key in pairs))
    finally:
        await other.tasks.close()
        await other.writer.stop()
    with desk.database.reading() as session:
        assert len(session.exec(select(Order)).all()) == 5


async def test_a_batch_of_verified_callbacks_is_written_in_a_statement_for_each_table(
    desk: Desk,
) -> None:
    keys = []
    for number in range(20):
        open_order(desk, f"A{number}")
        keys.append(await patient_intake(desk).receive(body(f"A{number}"), HEADERS, ""))
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(desk.database.engine, "before_cursor_execute", note)
    assert process_waiting(desk) == 20
    event.remove(desk.database.engine, "before_cursor_execute", note)
    for table in ("UPDATE callbacks", "UPDATE orders", "INSERT INTO changes"):
        assert len([one for one in statements if one.startswith(table)]) == 1
    assert order_of(desk, "A19").status == "PAYSUCCESS"
