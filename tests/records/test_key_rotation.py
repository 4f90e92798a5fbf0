"""Changing SECRET_KEY: everything is sealed anew, and nothing is unreadable meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from app.records import key_rotation
from app.records.database import Database
from app.records.encryption import DecryptionFailed, set_key
from app.records.key_rotation import encrypted_columns, rotate
from app.records.shops import Environment, Shop
from app.records.tables import metadata
from tests.conftest import SECRET_KEY

pytestmark = pytest.mark.sqlite_will_do

NEW = "another key for the tests, long enough as well"
NUMBER = 5


@pytest.fixture
def sealed(any_database: Database) -> Iterator[Database]:
    """Shops whose passwords are sealed with the key so far."""
    with any_database.writing() as session:
        for number in range(NUMBER):
            shop = Shop(
                shop_id=f"tshop000000{number:02}",
                environment=Environment.TEST,
                name="Ours",
                password=f"secret{number}",
            )
            session.add(shop)
    yield any_database
    set_key(SECRET_KEY)


def passwords(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(Shop.password).order_by(Shop.shop_id)).all())


ALL = [f"secret{number}" for number in range(NUMBER)]


def test_with_both_keys_everything_opens_before_and_after(sealed: Database) -> None:
    set_key(NEW, SECRET_KEY)
    assert passwords(sealed) == ALL
    assert rotate(sealed) == NUMBER
    assert rotate(sealed) == 0
    set_key(NEW)
    assert passwords(sealed) == ALL
    set_key(SECRET_KEY)
    with pytest.raises(DecryptionFailed):
        passwords(sealed)


def test_a_rotation_that_was_cut_off_goes_on_where_it_was(
    sealed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_key(NEW, SECRET_KEY)
    monkeypatch.setattr(key_rotation, "BATCH", 2)
    done: list[int] = []

    def cut_off(*given: object) -> int:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(rows(*given))  # type: ignore[arg-type]
        return done[-1]

    rows = key_rotation._rotate_rows
    monkeypatch.setattr(key_rotation, "_rotate_rows", cut_off)
    with pytest.raises(KeyboardInterrupt):
        rotate(sealed)
    assert passwords(sealed) == ALL
    monkeypatch.setattr(key_rotation, "_rotate_rows", rows)
    assert rotate(sealed) == NUMBER - sum(done)
    set_key(NEW)
    assert passwords(sealed) == ALL


def test_without_the_key_so_far_nothing_is_touched(sealed: Database) -> None:
    set_key(NEW)
    with pytest.raises(DecryptionFailed):
        rotate(sealed)
    set_key(SECRET_KEY)
    assert passwords(sealed) == ALL


def test_what_is_sealed_is_found_wherever_it_is() -> None:
    found = {
        f"{table.name}.{one.name}"
        for table in metadata.tables.values()
        for one in encrypted_columns(table)
    }
    assert {"shops.password", "orders.access_pass", "orders.token", "users.totp_secret"} <= found
    assert all(
        "id" in table.columns for table in metadata.tables.values() if encrypted_columns(table)
    )


def test_a_value_that_is_changed_meanwhile_is_left_alone(
    sealed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_key(NEW, SECRET_KEY)
    column = key_rotation._rotate_column

    def meanwhile(session: Session, *given: object) -> int:
        for shop in session.exec(select(Shop)).all():
            shop.password = "changed"
        session.flush()
        return column(session, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(key_rotation, "_rotate_column", meanwhile)
    assert rotate(sealed) == 0
    assert passwords(sealed) == ["changed"] * NUMBER
