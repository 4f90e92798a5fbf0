"""Lists of callbacks: one environment's and those of none, merged into one order."""

from __future__ import annotations

import pytest

from app.records.callback_lists import CallbackFilter, callbacks_page
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.paging import PAGE_SIZE, Page, Place
from app.records.shops import Environment

OURS, NOBODYS, OTHERS = Environment.SANDBOX, None, Environment.TEST

MIXTURES = {
    "ours alone": [OURS],
    "nobody's alone": [NOBODYS],
    "both in turn": [OURS, NOBODYS],
    "more of ours": [OURS, OURS, OURS, NOBODYS],
    "more of nobody's": [NOBODYS, NOBODYS, NOBODYS, OURS],
    "beside another's": [OURS, OTHERS, NOBODYS],
}


def stored(database: Database, mixture: list[Environment | None]) -> list[str]:
    """Three pages and a half; the keys of those in the list, newest first."""
    shown = [one for one in mixture if one is not OTHERS]
    number = (3 * PAGE_SIZE + PAGE_SIZE // 2) * len(mixture) // len(shown)
    rows = [
        Callback(id=f"{place:032}", body=b"", environment=mixture[place % len(mixture)])
        for place in range(number)
    ]
    with database.writing() as session:
        session.add_all(rows)
    return [row.id for row in reversed(rows) if row.environment is not OTHERS]


def page(database: Database, place: Place) -> Page[Callback]:
    with database.reading() as session:
        return callbacks_page(session, CallbackFilter(OURS), place)


@pytest.mark.parametrize("mixture", MIXTURES.values(), ids=MIXTURES.keys())
def test_the_way_back_and_forth_tells_at_each_page_what_lies_on_either_side(
    database: Database, mixture: list[Environment | None]
) -> None:
    keys = stored(database, mixture)
    last = (len(keys) - 1) // PAGE_SIZE
    there = [page(database, Place())]
    while there[-1].older:
        there.append(page(database, Place(before=there[-1].rows[-1].id)))
    assert [row.id for one in there for row in one.rows] == keys
    assert [one.newer for one in there] == [False] + [True] * last

    back = [page(database, Place(after=there[-1].rows[0].id))]
    while back[-1].newer:
        back.append(page(database, Place(after=back[-1].rows[0].id)))
    assert [row.id for one in reversed(back) for row in one.rows] == keys[: last * PAGE_SIZE]
    assert all(one.older for one in back)
