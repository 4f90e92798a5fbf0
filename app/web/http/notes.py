"""What is written into the audit log of a request that changes nothing else."""

from contextlib import suppress

from starlette.requests import Request

from app.desk.audit import record_action
from app.records.database import UNREACHABLE
from app.web.http.requests import actor_of, desk_of


def note(request: Request, action: str, subject: str) -> None:
    """Write down what a signed-in person saw, or was refused. Nothing fails for it."""
    with suppress(*UNREACHABLE), desk_of(request).database.writing() as session:
        record_action(session, actor_of(request), action, subject=subject)
