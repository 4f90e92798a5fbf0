"""The audit log: who did what, when, from where."""

import json

from sqlmodel import Session

from app.desk.context import Actor
from app.records.accounts import AuditEntry
from app.records.audit_chain import append

BY_COMMAND = "command line"
BY_ITSELF = "the desk itself"
"""Who did what no user did."""

SUBJECT_LENGTH = 80


def record_action(
    session: Session,
    actor: Actor | None,
    action: str,
    *,
    order_key: str | None = None,
    subject: str = "",
    **detail: str | int | bool | None,
) -> None:
    """Write down an action, as the last thing before the transaction commits.

    `detail` must hold no secret: it is shown as it is. Without an actor it was done from the
    command line of the machine itself.
    """
    entry = AuditEntry(
        user_key=actor.user_key if actor else None,
        email=actor.email if actor else BY_COMMAND,
        action=action,
        order_key=order_key,
        subject=subject[:SUBJECT_LENGTH],
        detail=json.dumps(detail, ensure_ascii=False),
        remote_address=actor.remote_address if actor else "",
    )
    append(session, entry)


def record_noticed(session: Session, action: str, **detail: str | int) -> None:
    """Write down what the desk itself has noticed."""
    text = json.dumps(detail, ensure_ascii=False)
    append(session, AuditEntry(email=BY_ITSELF, action=action, detail=text))


def record_stranger(session: Session, action: str, remote_address: str) -> None:
    """Write down what somebody tried whom we do not know."""
    append(session, AuditEntry(action=action, remote_address=remote_address))
