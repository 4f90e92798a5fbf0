"""A refund takes two people, whatever they try, and never more than was confirmed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from app.clock import now
from app.desk.cases.deeds import CaseRefused, close_case, decide_case
from app.desk.cases.refund_values import refundable
from app.desk.cases.refunds import NotYours, approve, change, digest_of, propose, refuse
from app.desk.context import Actor
from app.desk.permissions import FactorNeeded, NotPermitted
from app.records.accounts import Role, User
from app.records.cases import Case, CaseState
from app.records.orders import Order
from app.records.refunds import Part, Refund, RefundPerson, RefundState
from app.records.shops import Environment
from tests.desk.cases.conftest import Investigation
from tests.desk.conftest import found

pytestmark = pytest.mark.anyio


def proposed(one: Investigation, by: Actor | None = None, amount: str = "1080") -> str:
    return propose(one.stage.desk, by or one.operator, one.case.id, one.draft(amount))


def shown(one: Investigation, key: str) -> str:
    """What whoever opens the sheet now is shown."""
    with one.stage.desk.database.reading() as session:
        refund = session.get_one(Refund, key)
        return digest_of(session, refund, session.get_one(Order, refund.order_key))


def state(one: Investigation, key: str) -> RefundState:
    with one.stage.desk.database.reading() as session:
        return session.get_one(Refund, key).state


def left(one: Investigation) -> int:
    with one.stage.desk.database.reading() as session:
        return refundable(session, session.get_one(Order, one.order.id))


def approved(one: Investigation, key: str, by: Actor, digest: str | None = None) -> None:
    approve(one.stage.desk, by, one.case.id, key, digest or shown(one, key))


async def test_what_one_person_proposes_another_documents_as_paid_out(
    investigation: Investigation,
) -> None:
    key = proposed(investigation)
    assert investigation.case_now().state is CaseState.WAITING
    approved(investigation, key, investigation.approver)
    assert state(investigation, key) is RefundState.APPROVED
    assert investigation.case_now().state is CaseState.OPEN
    assert left(investigation) == 0


async def test_nobody_approves_their_own_whatever_their_role(investigation: Investigation) -> None:
    key = proposed(investigation, investigation.approver)
    with pytest.raises(NotYours):
        approved(investigation, key, investigation.approver)
    assert state(investigation, key) is RefundState.PROPOSED


async def test_whoever_changed_a_proposal_cannot_approve_it(investigation: Investigation) -> None:
    key = proposed(investigation)
    desk, case = investigation.stage.desk, investigation.case
    change(desk, investigation.approver, case.id, key, investigation.draft("500"))
    with pytest.raises(NotYours):
        approved(investigation, key, investigation.approver)
    approved(investigation, key, investigation.other_approver)
    assert left(investigation) == 580


async def test_an_approval_is_of_what_was_shown(investigation: Investigation) -> None:
    key = proposed(investigation)
    before = shown(investigation, key)
    desk, case = investigation.stage.desk, investigation.case
    change(desk, investigation.operator, case.id, key, investigation.draft("1000"))
    for digest in (before, "", "0" * 64):
        with pytest.raises(CaseRefused):
            approve(desk, investigation.approver, case.id, key, digest)
    assert state(investigation, key) is RefundState.PROPOSED


async def test_who_names_no_digest_means_what_was_first_proposed_and_nothing_else(
    investigation: Investigation,
) -> None:
    desk, case = investigation.stage.desk, investigation.case.id
    changed = proposed(investigation, amount="500")
    change(desk, investigation.operator, case, changed, investigation.draft("500"))
    with pytest.raises(CaseRefused):
        approve(desk, investigation.approver, case, changed, "")
    refuse(desk, investigation.operator, case, changed, "taken back")
    untouched = proposed(investigation, amount="500")
    approve(desk, investigation.approver, case, untouched, "")
    assert state(investigation, untouched) is RefundState.APPROVED
    overtaken = proposed(investigation, amount="1")
    await investigation.stage.look_up(investigation.order, found("PAYFAIL"), reason="again")
    with pytest.raises(CaseRefused):
        approve(desk, investigation.approver, case, overtaken, "")


async def test_what_comes_to_be_known_of_the_order_voids_what_was_shown(
    investigation: Investigation,
) -> None:
    key = proposed(investigation)
    before = shown(investigation, key)
    await investigation.stage.look_up(investigation.order, found("PAYFAIL"), reason="again")
    with pytest.raises(CaseRefused):
        approved(investigation, key, investigation.approver, before)
    # Nor can it be approved anew: the money is in doubt.
    with pytest.raises(CaseRefused):
        approved(investigation, key, investigation.approver)


async def test_an_operator_does_not_approve(investigation: Investigation) -> None:
    key = proposed(investigation, investigation.approver)
    with pytest.raises(NotPermitted):
        approved(investigation, key, investigation.operator)


async def test_in_production_an_approval_takes_a_second_factor(
    investigation: Investigation,
) -> None:
    key = proposed(investigation)
    with investigation.stage.desk.database.writing() as session:
        session.get_one(Case, investigation.case.id).environment = Environment.PRODUCTION
    with pytest.raises(FactorNeeded):
        approved(investigation, key, investigation.approver)
    approved(investigation, key, replace(investigation.approver, factor_at=now()))
    assert state(investigation, key) is RefundState.APPROVED


async def test_a_role_that_was_taken_away_meanwhile_approves_nothing(
    investigation: Investigation,
) -> None:
    key = proposed(investigation)
    with investigation.stage.desk.database.writing() as session:
        session.get_one(User, investigation.approver.user_key).role = Role.OPERATOR
    # The request had begun while it was theirs.
    with pytest.raises(NotPermitted):
        approved(investigation, key, investigation.approver)


async def test_no_more_than_was_confirmed_can_be_proposed(investigation: Investigation) -> None:
    for amount in ("1081", "0", "-1", "", "1.5", "１０８１円"):
        with pytest.raises(CaseRefused) as refused:
            proposed(investigation, amount=amount)
        assert "Amount" in refused.value.problems


async def test_partial_refunds_add_up_to_what_was_confirmed(investigation: Investigation) -> None:
    for amount in ("¥500", "５８０円"):
        key = proposed(investigation, amount=amount)
        approved(investigation, key, investigation.approver)
    assert left(investigation) == 0
    with pytest.raises(CaseRefused):
        proposed(investigation, amount="1")


async def test_one_order_has_one_open_proposal(any_investigation: Investigation) -> None:
    proposed(any_investigation, amount="1")
    with pytest.raises(CaseRefused):
        proposed(any_investigation, any_investigation.approver, amount="1")


async def test_a_refused_proposal_gives_its_money_free_and_says_why(
    investigation: Investigation,
) -> None:
    key = proposed(investigation)
    desk, case = investigation.stage.desk, investigation.case
    with pytest.raises(CaseRefused):
        refuse(desk, investigation.approver, case.id, key, " ")
    refuse(desk, investigation.approver, case.id, key, "no receipt")
    assert state(investigation, key) is RefundState.REFUSED
    assert left(investigation) == 1080
    proposed(investigation, amount="500")


async def test_a_case_waits_for_its_proposal_before_it_is_decided(
    investigation: Investigation,
) -> None:
    key = proposed(investigation)
    desk, case = investigation.stage.desk, investigation.case.id
    with pytest.raises(CaseRefused):
        decide_case(desk, investigation.operator, case, "done")
    refuse(desk, investigation.operator, case, key, "taken back")
    decide_case(desk, investigation.operator, case, "done")
    close_case(desk, investigation.operator, case)
    with pytest.raises(CaseRefused):
        proposed(investigation)


async def test_the_database_itself_takes_no_approval_of_ones_own(
    any_investigation: Investigation,
) -> None:
    key, database = proposed(any_investigation), any_investigation.stage.desk.database
    person = any_investigation.operator.user_key

    def forge() -> None:
        with database.writing() as session:
            own = "UPDATE refunds SET state = 'approved', decided_by = proposed_by WHERE id = :key"
            session.connection().execute(text(own), {"key": key})

    def take_another_part() -> None:
        with database.writing() as session:
            session.add(RefundPerson(refund_key=key, user_key=person, part=Part.APPROVER))

    with pytest.raises(IntegrityError):
        forge()
    with pytest.raises(IntegrityError):
        take_another_part()


def at_once(*deeds: Callable[[], object]) -> None:
    """Let these begin together, each in a thread of its own; what they raise is their own."""
    together = threading.Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> None:
        together.wait()
        try:
            deed()
        except (NotYours, NotPermitted, CaseRefused):
            return

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def race(one: Investigation) -> None:
    """An editor who would also approve, in two tabs, while others approve and refuse."""
    desk, case = one.stage.desk, one.case.id
    key = proposed(one, amount="1")
    digest = shown(one, key)
    editor = one.approver
    as_admin = replace(one.operator, role=Role.ADMIN)
    at_once(
        lambda: change(desk, editor, case, key, one.draft("1")),
        lambda: approve(desk, editor, case, key, digest),
        lambda: approve(desk, as_admin, case, key, digest),
        lambda: approve(desk, one.other_approver, case, key, digest),
    )
    with desk.database.writing() as session:
        refund = session.get_one(Refund, key)
        people = session.exec(select(RefundPerson).where(RefundPerson.refund_key == key)).all()
        authors = {each.user_key for each in people if each.part is Part.AUTHOR}
        if refund.state is RefundState.APPROVED:
            assert refund.decided_by not in authors
        # Room for the next round.
        session.connection().execute(text("DELETE FROM refund_people"))
        session.connection().execute(text("DELETE FROM refunds"))


async def test_nobody_approves_their_own_in_a_race(any_investigation: Investigation) -> None:
    for _ in range(2):
        race(any_investigation)


@pytest.mark.soak
async def test_nobody_approves_their_own_in_a_thousand_races(
    any_investigation: Investigation,
) -> None:
    for _ in range(1000):
        race(any_investigation)
