"""A customer in every place where the desk keeps what was said of one."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta

from app.desk.batches.deeds import Given, begin_batch
from app.desk.batches.judging import judge
from app.desk.callbacks.process import process_rows
from app.desk.callbacks.raw import INSERT, TARGET, raw_row
from app.desk.cases.attachments import attach
from app.desk.cases.deeds import add_note, close_case, decide_case, keep_reply
from app.desk.cases.opening import CaseDraft, open_case
from app.desk.importing.reading import begin_import, read_into
from app.desk.notifications.intake import NotificationIntake
from app.desk.orders.saved_views import save_view
from app.desk.retention import RetentionPolicy
from app.protocol.checkstring import signed_result
from app.protocol.statuses import Status
from app.protocol.wire import encode_answer, encode_form
from app.records.book import BookEntry
from app.records.orders import Order
from app.records.saved_views import ListName
from app.records.shops import Environment, OurShops
from tests.desk.conftest import ACCESS_ID, ACCESS_PASS, PASSWORD, Stage
from tests.filing import file_all
from tests.scripted import http

NAME, MEMBER, PHONE = "髙橋 花子", "member-778812", "090-1234-5678"
ADDRESS = "198.51.100.77"
BROWSER = "Mozilla/5.0 (her very own)"
OURS = OurShops(sandbox_on=True)
"""The words by which the customer of these tests is known."""


def result(stage: Stage, order_id: str, **more: str) -> bytes:
    """A result as a customer's browser brings it, signed."""
    shop_id = stage.shop.shop_id
    signed = signed_result(shop_id, order_id, Status.PAYSUCCESS, "20260110140322", PASSWORD)
    fields = {"ClientField1": NAME, "ClientField2": MEMBER, **more}
    return encode_form(
        [*(pair for pair in signed.pairs() if pair[0] not in fields), *fields.items()]
    )


def answer(order_id: str = "A1001") -> bytes:
    """What a lookup says of it, the customer's fields among it."""
    values = {
        "Status": "PAYSUCCESS",
        "ProcessDate": "20260110140322",
        "AccessID": ACCESS_ID,
        "AccessPass": ACCESS_PASS,
        "Amount": "1000",
        "Tax": "80",
        "Currency": "JPN",
        "ClientField1": NAME,
        "ClientField2": MEMBER,
        "PayType": "16",
        "NetCashPayType": "NETCASH",
    }
    return http(encode_answer(values.items()))


def received(stage: Stage, *bodies: bytes) -> list[str]:
    """Results that came, judged; their keys."""
    headers = [("user-agent", BROWSER), (TARGET, f"/netcash/return?who={MEMBER}")]
    rows = [raw_row(body, headers, ADDRESS) for body in bodies]
    with stage.desk.database.writing() as session:
        session.connection().execute(INSERT, rows)
    keys = [str(row["id"]) for row in rows]
    with stage.desk.database.writing() as session:
        process_rows(session, OURS, keys)
    return keys


LIMITS = RetentionPolicy(timedelta(days=90), 1000)


def _investigated(stage: Stage) -> None:
    """A case about the customer's order: noted, decided and closed."""
    desk, actor = stage.desk, stage.actor
    case = open_case(
        desk, actor, CaseDraft("refund", f"Refund of {NAME}", "A1001"), Environment.TEST
    )
    add_note(desk, actor, case.id, f"She phoned from {PHONE}, says {MEMBER}")
    attach(desk, actor, case.id, f"{NAME}.txt", f"Receipt of {NAME}, {PHONE}".encode())
    keep_reply(desk, actor, case.id, f"Dear {NAME}", "en")
    decide_case(desk, actor, case.id, f"Nothing is owed to {NAME}")
    close_case(desk, actor, case.id)


@dataclass
class Customer:
    """Somebody who has paid, was looked into, and was told of in lists, files and views."""

    stage: Stage
    order: Order
    other: Order


async def customer_of(stage: Stage) -> Customer:
    desk, actor = stage.desk, stage.actor
    fields = {"ClientField1": NAME, "ClientField2": MEMBER, "ClientField3": "web"}
    order = await stage.requested(OrderID="A1001", **fields)
    other = await stage.registered(OrderID="B2002", ClientField1="山田 太郎", ClientField3="web")
    unsigned = f"OrderID=A1001&Status=PAYSUCCESS&name={MEMBER}".encode()
    strange = b"q=" + NAME.encode("cp932").hex().encode()
    received(stage, result(stage, "A1001"), unsigned, f"who={MEMBER}".encode(), strange)
    order = await stage.look_up(order, answer(), reason=f"{NAME} phoned")
    notice = encode_form([("ShopID", stage.shop.shop_id), ("OrderID", "A1001"), ("Name", NAME)])
    await NotificationIntake(desk, LIMITS).receive(notice, ADDRESS)
    _investigated(stage)
    key = begin_import(desk.database, actor, f"{MEMBER}.log")
    read_into(desk.database, OURS, key, io.BytesIO(result(stage, "A1001") + b"\n"))
    lines = f"OrderID,Status,name\nA1001,PAYSUCCESS,{NAME}\nB2002,{NAME},x\n".encode("cp932")
    given = Given(Environment.TEST, lines, f"{NAME}.csv", reason=MEMBER)
    judge(desk.database, OURS, begin_batch(desk.database, actor, given))
    with desk.database.writing() as session:
        row = BookEntry(shop_key=stage.shop.id, order_id="A1001", amount=1000, customer=NAME)
        session.add(row)
    save_view(desk, actor, ListName.ORDERS, "hers", f"q={MEMBER}", for_all=True)
    file_all(desk.database)
    return Customer(stage, stage.order(order), stage.order(other))
