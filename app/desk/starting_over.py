"""Starting over: the sandbox's orders are forgotten, for the next audience."""

from __future__ import annotations

from app.desk.deeds import note
from app.desk.desk import Actor, Desk
from app.records.purge import forget_sandbox


def start_over(desk: Desk, actor: Actor) -> int:
    """Forget the orders of the sandbox's environment, no other's; how many there were."""
    with desk.database.writing() as session:
        number = forget_sandbox(session)
        note(session, actor, "sandbox-orders-forgotten", orders=number)
    return number
