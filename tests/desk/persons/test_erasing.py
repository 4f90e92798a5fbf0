"""A customer is found, told of and erased, and nothing brings them back."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, quote_from_bytes

import pytest
import sqlalchemy
from sqlalchemy import text, update
from sqlmodel import SQLModel, col, select

from app.clock import now
from app.desk.cases import verifier
from app.desk.cases.bundle import make_bundle
from app.desk.cases.case_view import case_view
from app.desk.context import Actor
from app.desk.orders.order_view import order_view
from app.desk.permissions import FactorNeeded, NotPermitted
from app.desk.persons import CannotErase, erase, erasing, export, find, held, person_of, refusal
from app.desk.persons.kinds import KINDS
from app.desk.persons.words import MARK, Words
from app.protocol.checkstring import Verdict
from app.records.accounts import AuditEntry, Role
from app.records.audit_chain import Kind, end_of_chain, verify
from app.records.callbacks import Callback
from app.records.cases import Attachment, Case
from app.records.database import Database
from app.records.erasures import Erasure, erasure_of, latest_erasures
from app.records.exchanges import Exchange
from app.records.orders import Conflict, Order
from app.records.shops import Environment
from app.records.tables import metadata
from tests.desk.conftest import Stage
from tests.desk.persons.conftest import (
    ADDRESS,
    BROWSER,
    MEMBER,
    NAME,
    PHONE,
    Customer,
    answer,
    customer_of,
    received,
    result,
)

pytestmark = pytest.mark.anyio

SAYS = (NAME, MEMBER, PHONE, ADDRESS, BROWSER)
REASON = "asked for by letter of 1 December"

IN_DOUBT = {
    "open_exchange": "0" * 32,
    "conflict": Conflict.STATUS,
    "status": "PAYSTART",
    "lookup_due_at": now(),
    "double_payment": "open",
}

OF_NOBODY = {
    "order_hours",
    *("users", "sign_ins", "sign_in_links", "recovery_codes", "sign_in_failures", "passkeys"),
    *("account_notices", "tokens", "news_channels", "news_items", "refund_people"),
    *("shops", "gateway_proposals", "signing_keys", "heartbeats", "dropped_callbacks"),
    *("erasures", "erased_rows", "reply_templates", "book_headers"),
}
"""Tables of people of ours, of shops and of the desk itself."""

WITH_ANOTHER = {
    "order_search": "filed anew with its order",
    "attachment_contents": "emptied with its file",
    "attachment_previews": "deleted with its file",
    "verdict_changes": "verdicts of a callback by its key",
    "case_orders": "keys alone",
}


def admin(stage: Stage) -> Actor:
    return Actor(stage.actor.user_key, "aoki@example.jp", Role.ADMIN, "192.0.2.1", now())


def erased(customer: Customer, reason: str = REASON) -> Erasure:
    stage = customer.stage
    with stage.desk.database.reading() as session:
        found = find(session, NAME)
        words = [word.text for word in found.words if word.tells]
        keys = [order.id for order in found.orders]
    return erase(stage.desk, admin(stage), keys, words, reason, confirmed=True)


def values_of(database: Database) -> Iterator[tuple[str, str, bytes]]:
    """Every value of every column of every table, opened and unpacked."""
    with database.reading() as session:
        for table in metadata.sorted_tables:
            for row in session.connection().execute(sqlalchemy.select(table)).mappings():
                for name, value in row.items():
                    for raw in raws(value):
                        yield table.name, name, raw


def raws(value: object) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
        with suppress(zlib.error):
            yield zlib.decompress(value)
    elif value is not None:
        yield str(value).encode("utf-8", "surrogatepass")


def places(database: Database) -> set[tuple[str, str]]:
    """Where a word of the customer stands, however it is written."""
    words = Words(SAYS)
    return {
        (table, name)
        for table, name, raw in values_of(database)
        if words.stand_in(raw) or words.out_of_bytes(raw) != raw
    }


def in_file(path: Path) -> list[str]:
    """Which words stand in the bytes of the database's files, in any encoding."""
    data = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    return [word for word in SAYS if any(form in data for form in forms(word))]


def forms(word: str) -> Iterator[bytes]:
    for encoding in ("utf-8", "cp932", "utf-16-le", "utf-16-be"):
        raw = word.encode(encoding)
        escaped = quote_from_bytes(raw, "")
        yield from (raw, escaped.encode(), escaped.lower().encode(), raw.hex().encode())
        for before in range(3):
            written = base64.b64encode(b"x" * before + raw)
            yield written[4 if before else 0 : -4]
    yield json.dumps(word)[1:-1].encode()
    yield quote(quote(word)).encode()


async def test_everything_held_is_found_and_counted_by_kind(stage: Stage) -> None:
    customer = await customer_of(stage)
    with stage.desk.database.reading() as session:
        for typed in (NAME, "髙橋花子", MEMBER, "A1001"):
            assert [order.order_id for order in find(session, typed).orders] == ["A1001"], typed
        found = find(session, NAME)
        assert {word.text: word.tells for word in found.words} == {
            NAME: True,
            MEMBER: True,
            "web": False,
        }
        person = person_of(session, [customer.order.id], [NAME, MEMBER])
        counted = {one.kind.name: one.number for one in held(session, person)}
    assert counted == {
        "orders": 1,
        "exchanges": 3,
        "callbacks": 4,
        "notifications": 1,
        "changes": counted["changes"],
        "payment-links": 0,
        "import-results": 1,
        "imports": 1,
        "lists": 1,
        "list-lines": 2,
        "case-entries": counted["case-entries"],
        "files": 1,
        "refunds": 0,
        "cases": 1,
        "views": 1,
        "news": counted["news"],
        "book": 1,
        "audit": counted["audit"],
    }


async def test_whom_the_search_does_not_know_yet_is_found_as_well(stage: Stage) -> None:
    customer = await customer_of(stage)
    set_order(stage, customer.order, filed=0)
    with stage.desk.database.writing() as session:
        session.connection().execute(text("DELETE FROM order_search"))
    with stage.desk.database.reading() as session:
        assert [order.order_id for order in find(session, "髙橋花子").orders] == ["A1001"]


async def test_after_erasing_no_word_stands_anywhere_in_any_encoding(any_stage: Stage) -> None:
    customer = await customer_of(any_stage)
    before = places(any_stage.desk.database)
    assert len(before) > 15
    erased(customer)
    assert places(any_stage.desk.database) == set()
    file = any_stage.desk.database.file
    assert file is None or in_file(file) == []
    # Others say what they said.
    assert customer.other.client_field1 == any_stage.order(customer.other).client_field1


async def test_the_search_keeps_no_piece_of_a_name(stage: Stage) -> None:
    customer = await customer_of(stage)
    assert "橋" in pieces(stage.desk.database)
    erased(customer)
    assert "橋" not in pieces(stage.desk.database)
    with stage.desk.database.reading() as session:
        assert find(session, "山田 太郎").orders == [customer.other]


def pieces(database: Database) -> str:
    """The bytes of the full-text table's parts, those of dead rows among them."""
    with database.alone() as connection:
        parts = connection.execute("SELECT block FROM order_grams_data").fetchall()
    return b"".join(part for (part,) in parts).decode("utf-8", "ignore")


async def test_what_a_dead_process_left_half_done_is_done_by_the_same_deed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = await customer_of(stage)
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "KINDS", (*KINDS[:4], None))
        with pytest.raises(AttributeError):
            erased(customer)
    received(stage, result(stage, "A1001"))
    erased(customer)
    assert places(stage.desk.database) == set()
    with stage.desk.database.reading() as session:
        ended = [one.ended_at is not None for one in latest_erasures(session, 5)]
    assert ended == [True, False]


async def test_what_is_evidence_of_money_stays(stage: Stage) -> None:
    customer = await customer_of(stage)
    database = stage.desk.database
    raw = result(stage, "A1001")
    ended = erased(customer)
    order = stage.order(customer.order)
    assert (order.status, order.amount, order.tax) == ("PAYSUCCESS", 1000, 80)
    assert (order.said_amount, order.confirmed_at) == (1000, customer.order.confirmed_at)
    assert order.client_field1 is order.client_field2 is order.client_field3 is None
    with database.reading() as session:
        query = select(Callback).where(Callback.verdict == Verdict.VERIFIED)
        kept = session.exec(query).one()
        assert b"OrderID=A1001" in kept.body
        assert b"CheckString=" in kept.body
        assert kept.digest == sha256(raw).hexdigest()
        file = session.exec(select(Attachment)).one()
        assert (file.name, file.size) == (
            f"{MARK}.txt",
            len(f"Receipt of {NAME}, {PHONE}".encode()),
        )
        view = order_view(session, order, stage.desk.settings)
        assert len(view.exchanges) == 3
        assert "Amount=1000" in view.exchanges[0].request
        assert "Status=PAYSUCCESS" in str(view.exchanges[-1].answer)
        assert find(session, NAME).orders == []
        told = erasure_of(session, order.id)
        assert told is not None
        assert (told.email, told.reason, told.id) == ("aoki@example.jp", REASON, ended.id)


async def test_the_audit_log_is_whole_and_says_who_erased_and_why(any_stage: Stage) -> None:
    customer = await customer_of(any_stage)
    with any_stage.desk.database.reading() as session:
        case = session.exec(select(Case)).one()
        view = case_view(session, case, any_stage.desk.settings)
        bundle = make_bundle(any_stage.desk, session, view)
        before = end_of_chain(session)
    erased(customer)
    assert not verifier.verify(bundle).fault
    with any_stage.desk.database.reading() as session:
        report = verify(session, [before])
        assert report.fault is None
        without_salt = select(AuditEntry).where(col(AuditEntry.salt).is_(None))
        lost = session.exec(without_salt).all()
        assert lost
        [said] = session.exec(select(AuditEntry).where(AuditEntry.action == "person-erased")).all()
        assert json.loads(said.detail) == {"reason": REASON}
        assert said.email == "aoki@example.jp"


async def test_an_entry_that_lost_a_person_cannot_be_altered_unseen(stage: Stage) -> None:
    customer = await customer_of(stage)
    erased(customer)
    with stage.desk.database.writing() as session:
        lost = select(AuditEntry).where(col(AuditEntry.salt).is_(None))
        entry = session.exec(lost.order_by(col(AuditEntry.number))).all()[0]
        for name in ("subject", "detail"):
            kept = getattr(entry, name)
            for value, fault in (("{}", Kind.ALTERED), (kept, None)):
                altered = update(AuditEntry).where(col(AuditEntry.id) == entry.id)
                session.connection().execute(altered.values({name: value}))
                session.expire_all()
                assert verify(session).fault is fault, name


async def test_an_entry_that_lost_its_salt_without_a_word_was_altered(stage: Stage) -> None:
    await customer_of(stage)
    with stage.desk.database.writing() as session:
        robbed = update(AuditEntry).where(col(AuditEntry.number) == 2)
        # The database lets a person be taken out, and nothing else: the chain asks who said so.
        session.connection().execute(robbed.values(salt=None, detail="{}"))
        report = verify(session)
    assert (report.fault, report.at) == (Kind.ALTERED, 2)


async def test_what_comes_later_is_kept_without_the_person(stage: Stage) -> None:
    customer = await customer_of(stage)
    erased(customer)
    [key] = received(stage, result(stage, "A1001", ClientField3="late"))
    exchange = await stage.ask("A1001", answer(), reason="once more")
    assert places(stage.desk.database) == set()
    with stage.desk.database.reading() as session:
        late = session.get_one(Callback, key)
        assert late.verdict == Verdict.VERIFIED
        assert late.order_key == customer.order.id
        assert b"Status=PAYSUCCESS" in (session.get_one(Exchange, exchange.id).answer or b"")


async def test_it_is_told_as_one_canonical_file(stage: Stage) -> None:
    customer = await customer_of(stage)
    with stage.desk.database.reading() as session:
        person = person_of(session, [customer.order.id], [NAME, MEMBER])
    file = b"".join(export(stage.desk, admin(stage), person))
    told = json.loads(file)
    assert sorted(told) == sorted(kind.name for kind in KINDS)
    assert told["orders"][0]["client_field1"] == NAME
    assert NAME in file.decode()
    assert "Receipt of" in base64.b64decode(told["files"][0]["content_base64"][0]).decode()
    assert "s3cr3tpw" not in file.decode()
    with stage.desk.database.reading() as session:
        actions = session.exec(select(AuditEntry.action)).all()
    assert "person-exported" in actions


async def test_nobody_is_erased_who_may_be_owed_something(stage: Stage) -> None:
    customer = await customer_of(stage)
    order = customer.order
    for name, value in IN_DOUBT.items():
        set_order(stage, order, **{name: value})
        with pytest.raises(CannotErase) as refused:
            erased(customer)
        assert list(refused.value.problems) == [order.id], name
        set_order(stage, order, **{name: getattr(order, name)})
    assert stage.order(order).erased_at is None
    with stage.desk.database.reading() as session:
        assert latest_erasures(session, 1) == []


def set_order(stage: Stage, order: Order, **values: object) -> None:
    with stage.desk.database.writing() as session:
        session.connection().execute(
            update(Order).where(col(Order.id) == order.id).values(**values)
        )


async def test_nobody_is_erased_of_whom_a_case_speaks_that_is_open(stage: Stage) -> None:
    customer = await customer_of(stage)
    with stage.desk.database.writing() as session:
        session.connection().execute(text("UPDATE cases SET state = 'open'"))
        assert "C-" in str(refusal(session, session.get_one(Order, customer.order.id)))


async def test_it_takes_a_reason_without_the_person_and_a_tick(stage: Stage) -> None:
    customer = await customer_of(stage)
    keys, words = [customer.order.id], [NAME, MEMBER]
    for reason, tick, field in (
        ("", True, "reason"),
        (f"{MEMBER} asked", True, "reason"),
        (REASON, False, "confirmed"),
    ):
        with pytest.raises(CannotErase) as refused:
            erase(stage.desk, admin(stage), keys, words, reason, confirmed=tick)
        assert list(refused.value.problems) == [field]


async def test_in_production_it_takes_the_second_factor_and_an_administrator(
    stage: Stage,
) -> None:
    customer = await customer_of(stage)
    set_order(stage, customer.order, environment=Environment.PRODUCTION)
    stale = Actor(stage.actor.user_key, "aoki@example.jp", Role.ADMIN, "192.0.2.1")
    with pytest.raises(FactorNeeded):
        erase(stage.desk, stale, [customer.order.id], [], REASON, confirmed=True)
    with pytest.raises(NotPermitted):
        erase(stage.desk, stage.actor, [customer.order.id], [], REASON, confirmed=True)


def test_every_table_is_asked_or_tells_of_no_customer() -> None:
    asked = {kind.table.__tablename__ for kind in KINDS}
    assert {*SQLModel.metadata.tables} - asked - OF_NOBODY - {*WITH_ANOTHER} == set()
