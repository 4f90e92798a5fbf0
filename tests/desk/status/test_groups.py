"""Where an order stands, and the groups of statuses."""

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from sqlmodel import select

from app.desk.status.groups import (
    FAILED,
    FINAL,
    OPEN,
    UNDER_WAY,
    Claim,
    Standing,
    is_not_registered,
)
from app.protocol.statuses import Relation, Status, relation
from app.records.database import Database
from app.records.orders import UNKNOWN, Conflict, Order, Origin, Source, is_first_met
from app.records.shops import Environment, Shop

T = datetime(2026, 1, 10, 14, 3, tzinfo=UTC)
OURS, MET = Origin.CREATED, Origin.CALLBACK


@pytest.mark.parametrize(
    ("claim", "standing"),
    [
        (Claim(UNKNOWN, None, None, None, OURS), Standing.NEVER_SENT),
        (Claim(UNKNOWN, None, None, Conflict.NEVER_EXECUTED, OURS), Standing.NEVER_SENT),
        (Claim(UNKNOWN, None, None, None, MET), Standing.FIRST_MET),
        (Claim(UNKNOWN, None, None, Conflict.NOT_REGISTERED, MET), Standing.FIRST_MET),
        (Claim(UNKNOWN, None, T, None, MET), Standing.WENT_UNKNOWN),
        (Claim(UNKNOWN, Source.ENTRY, T, None, OURS), Standing.WENT_UNKNOWN),
        (Claim(UNKNOWN, Source.LOOKUP, T, None, OURS), Standing.WENT_UNKNOWN),
        (Claim(UNKNOWN, Source.ENTRY, T, Conflict.FOREIGN, OURS), Standing.WENT_UNKNOWN),
        (Claim(UNKNOWN, Source.EXEC, T, None, OURS), Standing.EXEC_UNANSWERED),
        (Claim("UNPROCESSED", Source.ENTRY, T, None, OURS), Standing.REGISTERED),
        (Claim("UNPROCESSED", Source.ENTRY, T, Conflict.STATUS, OURS), Standing.DISPUTED),
        (Claim("REQSUCCESS", Source.EXEC, T, None, OURS), Standing.UNDER_WAY),
        (Claim("PAYSTART", Source.LOOKUP, T, None, OURS), Standing.UNDER_WAY),
        (Claim("PAYSTART", Source.LOOKUP, T, Conflict.AMOUNT, OURS), Standing.DISPUTED),
        (Claim("PAYSUCCESS", Source.CALLBACK, T, None, OURS), Standing.PAID),
        (Claim("PAYSUCCESS", Source.CALLBACK, T, Conflict.LAGGING, OURS), Standing.PAID),
        (Claim("PAYFAIL", Source.CALLBACK, T, None, OURS), Standing.FAILED),
        (Claim("EXPIRED", Source.LOOKUP, T, None, MET), Standing.FAILED),
        (Claim("EXPIRED", Source.LOOKUP, T, Conflict.STATUS, MET), Standing.DISPUTED),
    ],
)
def test_a_claim_stands_in_one_place(claim: Claim, standing: Standing) -> None:
    assert claim.standing is standing


def test_the_groups_follow_from_the_graph() -> None:
    assert {*OPEN} | {*FINAL} == set(Status)
    assert not {*OPEN} & {*FINAL}
    assert {*FAILED} == {*FINAL} - {Status.PAYSUCCESS}
    further = {one for one in OPEN if relation(Status.UNPROCESSED, one) is Relation.FURTHER}
    assert {*UNDER_WAY} == further


def test_first_met_means_the_same_in_a_query(stage_database: Database) -> None:
    shop = Shop(shop_id="tshop00000001", environment=Environment.TEST, name="", password="p1")
    rows = [
        Order(
            shop_key=shop.id,
            environment=Environment.TEST,
            order_id=f"A{number}",
            origin=origin,
            status=UNKNOWN if since is None else status,
            status_at=since,
        )
        for number, (origin, since, status) in enumerate(
            product(Origin, (None, T), (UNKNOWN, Status.PAYSUCCESS))
        )
    ]
    with stage_database.writing() as session:
        session.add(shop)
        session.flush()
        session.add_all(rows)
    with stage_database.reading() as session:
        found = set(session.exec(select(Order.id).where(is_first_met())).all())
    assert found == {row.id for row in rows if row.first_met}
    assert found < {row.id for row in rows if row.known_by_callbacks_alone}


@pytest.mark.parametrize(
    ("values", "registered"),
    [
        ({}, False),
        ({"status_at": T}, False),  # a person has left the OrderID to somebody else
        ({"open_exchange": "under way"}, True),
        ({"source": Source.ENTRY, "status_at": T}, True),
        ({"source": Source.EXEC, "status_at": T}, True),
        ({"source": Source.LOOKUP, "status_at": T}, False),
        ({"status": "UNPROCESSED", "source": Source.LOOKUP, "status_at": T}, True),
        ({"origin": Origin.CALLBACK}, True),
        ({"origin": Origin.CALLBACK, "status_at": T}, True),
    ],
)
def test_an_order_is_not_registered_where_no_call_of_ours_can_have_done_it_or_a_lookup_found_none(
    values: dict[str, Any], registered: bool
) -> None:
    order = Order(shop_key="s", environment=Environment.TEST, order_id="A1", **values)
    assert is_not_registered(order) is not registered
