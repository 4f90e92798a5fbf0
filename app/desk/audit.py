"""The audit log: who did what, when, from where."""

import json

from sqlmodel import Session

from app.desk.context import Actor
from app.records.accounts import AuditEntry


def record_action(
    session: Session,
    actor: Actor,
    action: str,
    *,
    order_key: str | None = None,
    subject: str = "",
    **detail: str | int | bool | None,
) -> AuditEntry:
    """Write down an action. `detail` must hold no secret: it is shown as it is."""
    entry = AuditEntry(
        user_key=actor.user_key,
        email=actor.email,
        action=action,
        order_key=order_key,
        subject=subject,
        detail=json.dumps(detail, ensure_ascii=False),
        remote_address=actor.remote_address,
    )
    session.add(entry)
    return entry
