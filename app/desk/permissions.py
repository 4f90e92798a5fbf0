"""Permissions: what can be done, and who is the least that may. One table, which all ask.

Each role may do whatever the roles before it may. The routes table names a permission in each
line; what also depends on whose money it is, is asked again where the record is known.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.clock import now
from app.desk.context import Actor
from app.records.accounts import Role
from app.records.shops import Environment

RANK = {role: rank for rank, role in enumerate(Role)}


class Permission(StrEnum):
    """One thing that a person may be allowed to do."""

    OPEN = "open"
    ENTER = "enter"
    OWN = "own"
    READ = "read"
    ACT = "act"
    JUDGE = "judge"
    REVEAL = "reveal"
    SHARE = "share"
    RUN_SANDBOX = "run-sandbox"
    RULE_SANDBOX = "rule-sandbox"
    READ_AUDIT = "read-audit"
    MANAGE_SHOPS = "manage-shops"
    MANAGE_PEOPLE = "manage-people"
    MANAGE_TOKENS = "manage-tokens"
    INVESTIGATE = "investigate"
    APPROVE_REFUND = "approve-refund"
    WRITE_REPLIES = "write-replies"
    ERASE = "erase"


class Least(NamedTuple):
    """The least role that may, and the one it takes in production."""

    role: Role
    in_production: Role


def _everywhere(role: Role) -> Least:
    return Least(role, role)


PERMISSIONS: Mapping[Permission, Least | None] = {
    # Everybody, signed in or not.
    Permission.OPEN: None,
    # What there is before the second factor is given: giving it, and leaving.
    Permission.ENTER: _everywhere(Role.VIEWER),
    # One's own account, sign-ins and preferences.
    Permission.OWN: _everywhere(Role.VIEWER),
    # Every page. No secret and no payment link.
    Permission.READ: _everywhere(Role.VIEWER),
    # Orders: make, register, execute, look up, settle; their payment links.
    Permission.ACT: Least(Role.OPERATOR, in_production=Role.APPROVER),
    # Have a result judged. It computes what our password signs.
    Permission.JUDGE: _everywhere(Role.OPERATOR),
    # Read what our password signs in production: with a reason, which is recorded.
    Permission.REVEAL: _everywhere(Role.APPROVER),
    # Keep a view of a list for everybody.
    Permission.SHARE: _everywhere(Role.OPERATOR),
    # The sandbox: its clock, faults, shops, customers.
    Permission.RUN_SANDBOX: _everywhere(Role.OPERATOR),
    # Where the sandbox may send, and its key.
    Permission.RULE_SANDBOX: _everywhere(Role.ADMIN),
    # Who did what: the colleagues' addresses stand there too.
    Permission.READ_AUDIT: _everywhere(Role.APPROVER),
    Permission.MANAGE_SHOPS: _everywhere(Role.ADMIN),
    Permission.MANAGE_PEOPLE: _everywhere(Role.ADMIN),
    # What programs show instead of signing in.
    Permission.MANAGE_TOKENS: _everywhere(Role.ADMIN),
    # Cases: open, note, attach, propose, decide. Nothing of it moves money or asks the gateway.
    Permission.INVESTIGATE: _everywhere(Role.OPERATOR),
    # Document as paid out what somebody else has proposed; who did is asked where it is known.
    Permission.APPROVE_REFUND: _everywhere(Role.APPROVER),
    # The words in which customers are told.
    Permission.WRITE_REPLIES: _everywhere(Role.ADMIN),
    # Everything held on one customer: found, taken along, erased.
    Permission.ERASE: _everywhere(Role.ADMIN),
}


FACTOR_COUNTS_FOR = timedelta(minutes=30)
"""How long a second factor that was given counts for what is sensitive."""

SENSITIVE = frozenset(
    {
        Permission.MANAGE_SHOPS,
        Permission.MANAGE_PEOPLE,
        Permission.MANAGE_TOKENS,
        Permission.RULE_SANDBOX,
        Permission.ERASE,
    }
)
"""What whoever has a second factor gives it for again, in whatever environment."""


class NotPermitted(Exception):
    """The role of whoever acts does not allow this."""


class FactorNeeded(Exception):
    """It is allowed, once the second factor has been given (again)."""


def may(role: Role | None, permission: Permission, environment: Environment | None = None) -> bool:
    """Whether this role may; None: somebody not signed in.

    Without an environment: whether it may in any. Then the record's own is still to be asked.
    """
    least = PERMISSIONS[permission]
    if least is None:
        return True
    if role is None:
        return False
    needed = least.in_production if environment is Environment.PRODUCTION else least.role
    return RANK[role] >= RANK[needed]


def demand(actor: Actor, permission: Permission, environment: Environment) -> None:
    """Raise NotPermitted unless the actor may do this in the record's environment.

    In production it takes a second factor besides: raises FactorNeeded.
    """
    if not may(actor.role, permission, environment):
        raise NotPermitted(f"{actor.role} in {environment}: {permission}")
    if environment is Environment.PRODUCTION and not is_fresh(actor.factor_at):
        raise FactorNeeded


def is_fresh(factor_at: datetime | None) -> bool:
    """Whether the second factor was given so lately that it still counts."""
    return factor_at is not None and now() - factor_at < FACTOR_COUNTS_FOR
