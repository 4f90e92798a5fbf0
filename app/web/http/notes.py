"""What is written into the audit log of a request that changes nothing else."""

from contextlib import suppress
from datetime import timedelta

from starlette.requests import Request

from app.addresses import counted_as
from app.clock import now
from app.desk.audit import record_action, record_stranger
from app.records.audit_lists import recorded_lately, was_recorded
from app.records.database import UNREACHABLE
from app.web.http.requests import actor_of, desk_of, remote_address_of

ELSEWHERE = "refused-elsewhere"
WINDOW = timedelta(minutes=15)
MANY = 50
"""Within the WINDOW, of everybody together: what any page can send must not fill the log."""


def note_elsewhere(request: Request) -> None:
    """Write down that another site's page sent something: once for each address in a while."""
    database, address = desk_of(request).database, counted_as(remote_address_of(request))
    with suppress(*UNREACHABLE):
        since = now() - WINDOW
        with database.reading() as session:
            if was_recorded(session, ELSEWHERE, address, since):
                return
            if recorded_lately(session, ELSEWHERE, since, MANY):
                return
        with database.writing() as session:
            record_stranger(session, ELSEWHERE, address)


def note(request: Request, action: str, subject: str) -> None:
    """Write down what a signed-in person saw, or was refused. Nothing fails for it."""
    with suppress(*UNREACHABLE), desk_of(request).database.writing() as session:
        record_action(session, actor_of(request), action, subject=subject)
