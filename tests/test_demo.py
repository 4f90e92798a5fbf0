"""The demonstration's history is one that the desk itself would have written."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from app.cli import main
from app.clock import now
from app.demo import DemoRefused, write_history
from app.desk.actions import decision_of
from app.desk.callbacks.process import process_rows
from app.desk.gateway_calls.send import complete
from app.desk.shops.shops import ensure_sandbox_shop
from app.gateway import Detail, Outcome, Reply
from app.protocol.messages import Answer, read_answer
from app.records.accounts import AuditEntry
from app.records.callbacks import Callback
from app.records.changes import Change
from app.records.database import Database, sqlite_url
from app.records.exchanges import WAITING, Exchange
from app.records.keys import first_key
from app.records.orders import Order
from app.records.payment_links import PaymentLink
from app.records.shops import Environment, OurShops, Shop
from app.sandbox.store.schema import open_store
from tests.conftest import SECRET_KEY, settings_for

Row = TypeVar("Row", Order, Exchange, Callback, Change, PaymentLink, AuditEntry)

COUNT = 150
SETTLE = timedelta(seconds=90)


@pytest.fixture(
    scope="module", params=["told anew", pytest.param("told again", marks=pytest.mark.soak)]
)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a desk with a history, of which the long past is mostly told again."""
    path = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "told again":
            patch.setattr("app.demo.history.VARIANTS", 1)
            patch.setattr("app.demo.times.PER_ORDER", timedelta(hours=4))
        assert write_history(settings_for(path), COUNT) == COUNT
    return path


@pytest.fixture(scope="module")
def history(folder: Path) -> Iterator[Session]:
    database = Database(sqlite_url(folder / "desk.db"))
    with database.reading() as session:
        yield session
    database.close()


def rows_of(session: Session, table: type[Row]) -> Sequence[Row]:
    return session.exec(select(table).order_by(col(table.id))).all()


def test_every_order_is_the_sandboxs(history: Session) -> None:
    orders = rows_of(history, Order)
    assert len(orders) == COUNT
    assert {order.environment for order in orders} == {Environment.SANDBOX}


def test_the_usual_and_the_unusual_are_there(history: Session) -> None:
    orders = rows_of(history, Order)
    callbacks = rows_of(history, Callback)
    statuses = {order.status for order in orders}
    assert {"PAYSUCCESS", "PAYFAIL", "EXPIRED", "UNPROCESSED"} <= statuses
    assert {order.money for order in orders} >= {"confirmed", None}
    assert {callback.verdict for callback in callbacks} >= {"verified", "mismatch"}
    tags = {tag for callback in callbacks for tag in callback.tag_list}
    assert tags == {"duplicate", "late", "conflict"}
    assert any(order.conflict for order in orders)
    assert {exchange.outcome for exchange in rows_of(history, Exchange)} >= {
        "answered",
        "no-answer",
        "protocol-error",
    }


def test_a_second_try_belongs_to_the_family_of_the_first(history: Session) -> None:
    orders = {order.order_id: order for order in rows_of(history, Order)}
    seconds = [order for name, order in orders.items() if name.endswith("-1")]
    assert seconds
    for second in seconds:
        first = orders[second.order_id.removesuffix("-1")]
        assert first.id < second.id
        for bought in ("client_field1", "client_field2", "amount", "tax"):
            assert getattr(first, bought) == getattr(second, bought)


@pytest.mark.parametrize(
    ("table", "moment"),
    [
        (Order, "created_at"),
        (Exchange, "asked_at"),
        (Callback, "received_at"),
        (Change, "recorded_at"),
        (PaymentLink, "created_at"),
        (AuditEntry, "at"),
    ],
)
def test_keys_sort_by_the_time_at_which_it_happened(
    history: Session, table: type[Row], moment: str
) -> None:
    rows = rows_of(history, table)
    for row in rows:
        at = getattr(row, moment)
        assert at <= now()
        # A change is numbered when it is written down, a moment after what it goes by.
        assert first_key(at)[:12] <= row.id[:12] <= first_key(at + timedelta(seconds=1))[:12]


def test_every_order_can_be_decided_on(history: Session) -> None:
    for order in rows_of(history, Order):
        assert decision_of(history, order, now(), SETTLE).next_step


@pytest.mark.parametrize("each", ["story", pytest.param("order", marks=pytest.mark.soak)])
def test_the_desk_itself_comes_to_the_same(history: Session, moved_in: Path, each: str) -> None:
    """Every answer and every callback once more, through the desk's own hands."""
    database = Database(sqlite_url(moved_in / "desk.db"))
    ensure_sandbox_shop(database)
    orders = {
        story(history, order) if each == "story" else order.id: order
        for order in rows_of(history, Order)
    }
    assert len(orders) > 10
    with database.writing() as session:
        for order in orders.values():
            assert retold(session, history, order) == told(history, order)
    database.close()


def story(session: Session, order: Order) -> str:
    """The same for orders that differ by their names and amounts alone."""
    return str((order.status, order.source, order.conflict, order.money, told(session, order)[2:]))


def told(session: Session, order: Order) -> tuple[object, ...]:
    """What of an order's past does not depend on the clock."""
    changes = session.exec(
        select(Change).where(Change.order_key == order.id).order_by(col(Change.id))
    ).all()
    callbacks = session.exec(
        select(Callback).where(Callback.order_key == order.id).order_by(col(Callback.id))
    ).all()
    return (
        (order.status, order.source, order.conflict, order.money, order.access_id),
        (order.said_amount, order.said_tax, order.lookup_due_at is None, bool(order.confirmed_at)),
        [(c.effect, c.from_status, c.to_status, c.source, c.conflict) for c in changes],
        [(c.verdict, c.tags, c.applied, c.environment) for c in callbacks],
    )


def retold(session: Session, history: Session, order: Order) -> tuple[object, ...]:
    shop = session.exec(select(Shop.id)).one()
    fresh = Order(
        id=order.id,
        shop_key=shop,
        environment=order.environment,
        order_id=order.order_id,
        amount=order.amount,
        tax=order.tax,
    )
    session.add(fresh)
    session.flush()
    exchanges = history.exec(select(Exchange).where(Exchange.order_key == order.id)).all()
    callbacks = history.exec(select(Callback).where(Callback.order_key == order.id)).all()
    rows: list[Exchange | Callback] = [*exchanges, *callbacks]
    for row in sorted(rows, key=lambda row: row.id):
        if isinstance(row, Exchange):
            _ask_again(session, row, shop)
        else:
            _bring_again(session, row)
    session.flush()
    session.refresh(fresh)
    return told(session, fresh)


def _ask_again(session: Session, row: Exchange, shop: str) -> None:
    asked = Exchange(**row.model_dump() | {"shop_key": shop, "outcome": WAITING, "answer": None})
    session.add(asked)
    session.flush()
    answer: Answer | None = read_answer(row.call, row.answer) if row.answer else None
    detail = Detail.TIMEOUT if answer is None else None
    reply = Reply(Outcome(row.outcome), row.answer, row.http_status, 1, detail, answer)
    complete(session, row.id, reply, SETTLE)


def _bring_again(session: Session, row: Callback) -> None:
    kept = ("id", "received_at", "body", "digest")
    session.add(Callback(**{name: getattr(row, name) for name in kept}))
    session.flush()
    assert len(process_rows(session, OurShops(sandbox_on=True), [row.id])) == 1
    session.flush()


def test_the_gateway_says_the_same_as_the_desk(folder: Path, history: Session) -> None:
    store = open_store(folder / "sandbox.db")
    trades = dict(store.execute("select OrderID, Status from trade").fetchall())
    store.close()
    for order in rows_of(history, Order):
        if order.money == "confirmed" or order.status == "EXPIRED":
            assert trades[order.order_id] == order.status


def test_the_same_seed_and_present_tell_the_same_stories(tmp_path: Path) -> None:
    tellings, present = [], now()
    for folder in (tmp_path / "one", tmp_path / "other"):
        folder.mkdir()
        settings = settings_for(folder)
        write_history(settings, 30, seed=7, present=present)
        database = Database(settings.resolved_database_url)
        with database.reading() as session:
            tellings.append(
                [
                    (order.order_id, order.amount, order.status, order.access_id)
                    for order in rows_of(session, Order)
                ]
            )
        database.close()
    assert tellings[0] == tellings[1]
    assert len(tellings[0]) == 30


def test_a_second_history_follows_the_first(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    assert write_history(settings, 10) + write_history(settings, 5) == 15
    database = Database(settings.resolved_database_url)
    with database.reading() as session:
        numbers = [order.order_id for order in rows_of(session, Order)]
    database.close()
    assert len(numbers) == len(set(numbers)) == 15


def test_postgresql_has_looked_at_what_was_written_at_once(
    tmp_path: Path, bare_postgresql: str
) -> None:
    settings = settings_for(tmp_path, database_url=bare_postgresql)
    assert write_history(settings, 5) == 5
    database = Database(settings.resolved_database_url)
    with database.reading() as session:
        looked = text("SELECT reltuples FROM pg_class WHERE relname = 'orders'")
        [number] = session.connection().execute(looked).one()
    database.close()
    assert number == 5


def test_it_is_refused_while_the_sandbox_is_off(tmp_path: Path) -> None:
    with pytest.raises(DemoRefused, match="SANDBOX is off"):
        write_history(settings_for(tmp_path, sandbox="off"), 1)
    assert not (tmp_path / "desk.db").exists()


@pytest.mark.parametrize(("sandbox", "code"), [("on", 0), ("off", 1)])
def test_the_command_says_in_a_sentence_what_it_did(
    sandbox: str,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in {
        "DATA_DIR": str(tmp_path),
        "SANDBOX": sandbox,
        "SECRET_KEY": SECRET_KEY,
    }.items():
        monkeypatch.setenv(name, value)
    assert main(["demo", "--orders", "3"]) == code
    said = capsys.readouterr()
    assert (said.out + said.err).count("\n") == 1
