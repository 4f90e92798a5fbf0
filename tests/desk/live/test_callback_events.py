"""What the live feed tells of callbacks, and of those that were told of before they were judged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from app.clock import now
from app.desk.callbacks.process import process_rows
from app.desk.callbacks.raw import raw_row
from app.desk.live.callback_events import SeenKeys, fresh
from app.records.callbacks import Callback
from app.records.keys import first_key, key_at
from app.records.shops import Environment, OurShops
from tests.desk.callbacks.cast import body
from tests.desk.conftest import PASSWORD, Stage

pytestmark = pytest.mark.anyio


async def test_a_row_leaves_the_lists_it_turns_out_not_to_belong_to(stage: Stage) -> None:
    raw = body("L1", password=PASSWORD, shop=stage.shop.shop_id)
    row = raw_row(raw, [], "") | {"id": key_at(now() - timedelta(seconds=3))}
    with stage.desk.database.writing() as session:
        session.connection().execute(insert(Callback), [row])
    known, waiting = SeenKeys(), set[str]()
    above = first_key(now() - timedelta(seconds=10))
    with stage.desk.database.reading() as session:
        (unjudged,) = fresh(session, above, known, waiting)
    assert all(unjudged.concerns(one) and not unjudged.leaves(one) for one in Environment)
    with stage.desk.database.writing() as session:
        process_rows(session, OurShops(sandbox_on=True), [str(row["id"])])
    with stage.desk.database.reading() as session:
        (judged,) = fresh(session, above, known, waiting)
    mine = stage.shop.environment
    assert [one for one in Environment if judged.concerns(one)] == [mine]
    assert [one for one in Environment if not judged.leaves(one)] == [mine]
    assert not judged.leaves(Environment.PRODUCTION, order_key="0" * 32)
