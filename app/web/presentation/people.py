"""What roles are called and may do, and what a browser calls itself."""

from collections.abc import Mapping, Sequence

from app.protocol.words import N_
from app.records.accounts import Role

ROLES: Mapping[Role, str] = {
    Role.VIEWER: N_("Viewer"),
    Role.OPERATOR: N_("Operator"),
    Role.APPROVER: N_("Approver"),
    Role.ADMIN: N_("Administrator"),
}

RIGHTS: Mapping[Role, str] = {
    Role.VIEWER: N_("Reads everything. Sees no secret and no payment link."),
    Role.OPERATOR: N_("Acts on orders in the sandbox and in test."),
    Role.APPROVER: N_("Acts in production, and approves what others propose."),
    Role.ADMIN: N_("Decides over people, shops, settings and tokens."),
}

# Who names whom: a browser names those it wants to be taken for as well, so the order counts.
_BROWSERS: Sequence[tuple[str, str]] = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Sequence[tuple[str, str]] = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
UNKNOWN_DEVICE = "—"


def device(user_agent: str) -> str:
    """A browser and its system, as far as it says so: names that every language spells alike."""
    found = [_first(names, user_agent) for names in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found)) or user_agent[:40] or UNKNOWN_DEVICE


def _first(names: Sequence[tuple[str, str]], user_agent: str) -> str:
    return next((name for sign, name in names if sign in user_agent), "")
