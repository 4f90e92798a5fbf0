"""Erasing in cases: what is the person's alone goes whole, what is others' stays."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from app.desk.cases.attachments import attach
from app.desk.cases.deeds import add_note, close_case, decide_case
from app.desk.cases.opening import CaseDraft, open_case
from app.desk.persons import erase
from app.records.accounts import AuditEntry
from app.records.audit_chain import verify
from app.records.cases import Attachment, AttachmentContent, CaseEvent, Deed
from app.records.shops import Environment
from tests.desk.conftest import Stage
from tests.desk.persons.conftest import MEMBER, NAME, customer_of
from tests.desk.persons.test_erasing import admin

pytestmark = pytest.mark.anyio


def told(stage: Stage, key: str) -> str:
    """All that a case's history, its files and the audit log's names of them say."""
    with stage.desk.database.reading() as session:
        events = session.exec(select(CaseEvent).where(CaseEvent.case_key == key)).all()
        files = session.exec(select(Attachment).where(Attachment.case_key == key)).all()
        entries = session.exec(
            select(AuditEntry).where(AuditEntry.action == f"case-{Deed.ATTACHED}")
        ).all()
        contents = [session.get_one(AttachmentContent, file.id).content for file in files]
    parts = [f"{one.text} {one.detail}" for one in events] + [one.name for one in files]
    return " ".join(parts + [one.detail for one in entries]) + repr(contents)


async def test_of_a_file_that_is_theirs_alone_no_name_stays(stage: Stage) -> None:
    customer = await customer_of(stage)
    desk, actor = stage.desk, stage.actor
    case = open_case(desk, actor, CaseDraft("amount", "", "A1001"), Environment.TEST)
    attach(desk, actor, case.id, "Hanako's letter.txt", b"as promised")
    decide_case(desk, actor, case.id, "nothing is owed")
    close_case(desk, actor, case.id)
    assert "Hanako" in told(stage, case.id)
    # By her number alone: a given name is no word that the desk knows her by.
    erase(desk, admin(stage), [customer.order.id], [MEMBER], "asked for", confirmed=True)
    after = told(stage, case.id)
    assert "Hanako" not in after
    assert "as promised" not in after
    with desk.database.reading() as session:
        names = session.exec(select(col(Attachment.name)).where(Attachment.case_key == case.id))
        assert names.one().endswith(".txt")
        assert verify(session).fault is None


async def test_a_case_of_somebody_else_that_names_them_keeps_what_it_says(stage: Stage) -> None:
    customer = await customer_of(stage)
    desk, actor = stage.desk, stage.actor
    case = open_case(
        desk, actor, CaseDraft("amount", f"Mistaken for {NAME}", "B2002"), Environment.TEST
    )
    add_note(desk, actor, case.id, f"He phoned: he is not {NAME}")
    attach(desk, actor, case.id, "his letter.txt", b"from Yamada")
    erase(desk, admin(stage), [customer.order.id], [NAME], "asked for", confirmed=True)
    after = told(stage, case.id)
    assert NAME not in after
    assert "He phoned: he is not" in after
    assert "his letter.txt" in after
    assert "from Yamada" in after
