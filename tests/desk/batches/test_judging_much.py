"""A hundred thousand lines, read, judged and kept in the memory that was promised."""

from __future__ import annotations

import resource

import pytest

from app.desk.batches.deeds import Given, begin_batch
from app.desk.batches.judging import judge
from app.records.batch_sums import judged_counts
from app.records.shops import OurShops
from tests.desk.conftest import Stage

pytestmark = [pytest.mark.anyio, pytest.mark.soak]

LINES = 100_000


async def test_a_hundred_thousand_lines_are_judged_in_bounded_memory(stage: Stage) -> None:
    rows = "".join(f'ORD{at:07d},山田 太郎,"{at % 9000:,}",入金済\r\n' for at in range(LINES))
    data = f"注文番号,氏名,金額,入金\r\n{rows}".encode("cp932")
    key = begin_batch(
        stage.desk.database, stage.actor, Given(stage.shop.environment, data, "book.csv")
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    judge(stage.desk.database, OurShops(sandbox_on=True), key)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    with stage.desk.database.reading() as session:
        assert judged_counts(session, key).orders == LINES
    assert grown < 150
