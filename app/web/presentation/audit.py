"""What stands in the audit log: actions, what else is known of them, and who was no user."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.desk.audit import BY_COMMAND, BY_ITSELF
from app.protocol.words import N_, Words
from app.records.accounts import Role
from app.web.presentation.formats import yen
from app.web.presentation.labels import AUDITED, LABELS

ACTIONS: Mapping[str, str] = {
    **AUDITED,
    "signed-in": N_("Signed in"),
    "signed-out": N_("Signed out"),
    "sign-in-failed": N_("A sign-in failed"),
    "sign-in-throttled": N_("Sign-ins were slowed"),
    "sign-ins-ended": N_("Sign-ins were ended"),
    "account-changed": N_("The account was changed"),
    "second-factor-on": N_("The second factor was switched on"),
    "second-factor-off": N_("The second factor was switched off"),
    "second-factor-failed": N_("A second factor was wrong"),
    "passkey-added": N_("A passkey was added"),
    "passkey-removed": N_("A passkey was removed"),
    "recovery-code-used": N_("A recovery code was used"),
    "recovery-codes-renewed": N_("New recovery codes were made"),
    "user-added": N_("A user was added"),
    "user-invited": N_("Somebody was invited"),
    "user-role": N_("A role was changed"),
    "user-disabled": N_("Somebody was disabled"),
    "user-enabled": N_("Somebody was let in again"),
    "user-link": N_("A sign-in link was made"),
    "user-signed-out": N_("Somebody was signed out everywhere"),
    "refused": N_("Something was refused for the role"),
    "restored": N_("The database turned out to be an earlier copy, or another"),
    "key-rotated": N_("Everything was sealed with a new key"),
    "refused-elsewhere": N_("Something that came from another site was refused"),
    "refusal-burst": N_("Many refusals in a short time were noticed"),
    "refusal-burst-seen": N_("Somebody has looked at a burst of refusals"),
    "unproven-copies-seen": N_("Somebody has looked at copies that prove nothing"),
    "exported": N_("A list was downloaded"),
    "shop-added": N_("A shop was added"),
    "shop-changed": N_("A shop was changed"),
    "gateway-proposed": N_("A new gateway address was proposed"),
    "gateway-approved": N_("A new gateway address was approved"),
    "gateway-refused": N_("A new gateway address was refused"),
    "signature-revealed": N_("A CheckString of production was shown"),
    "token-made": N_("A token was made"),
    "token-revoked": N_("A token was revoked"),
    "register": N_("EntryTran was sent"),
    "execute": N_("ExecTran was sent"),
    "look-up": N_("A lookup was asked"),
    "person-exported": N_("What is held on a customer was downloaded"),
    "person-erased": N_("A customer was erased"),
    "audit-erased": N_("A customer was taken out of entries of this log"),
    "launch": N_("A payment link was made"),
    "settle": N_("A conflict was settled"),
}


def audited(action: str) -> str:
    """What an action is called; one of a later version shows itself."""
    return ACTIONS.get(action, action)


_DETAILS: Mapping[str, str] = {
    "reason": N_("Reason"),
    "exchange": N_("Exchange"),
    "batch": N_("List"),
    "orders": N_("Orders"),
    "results": N_("Results"),
    "number": N_("Number"),
    "role": N_("Role"),
    "before": N_("Before"),
    "after": N_("After"),
    "scopes": N_("What it may do"),
    "kind": N_("Kind"),
    "list": N_("List"),
    "query": N_("Filters"),
    "changed": N_("Changed"),
    "believe": N_("Taken for true"),
    "language": N_("Language"),
    "digest": N_("Digest"),
    "password_changed": N_("ShopPass changed"),
    "proposed_by": N_("Proposed by"),
    "refused": N_("Refused"),
    "entries": N_("Entries"),
    "found": N_("Found"),
    "kept": N_("Kept"),
    "met": N_("Known here"),
    "confirmed": N_("Confirmed"),
    "email": N_("E-mail address"),
    "password": N_("Password"),
    "ended": N_("Ended"),
    "name": N_("Name"),
}

_YES = {True: N_("yes"), False: N_("no")}

_NOT_USERS: Mapping[str, str] = {
    BY_COMMAND: N_("command line"),
    BY_ITSELF: N_("the desk itself"),
    "demonstration": N_("demonstration"),
}

_YEN = ("Amount", "Tax")

_PLACES = {"exchange": "/exchanges/", "batch": "/lookups/batches/"}


def detail_words(details: Mapping[str, Any]) -> Iterator[tuple[Words, Words, str]]:
    """What is known of a deed: its name, its value, and where that leads ("" for nowhere).

    What was not given is left out; a name of a later version shows itself.
    """
    for name, value in details.items():
        if value is not None and value != "":
            place = f"{_PLACES[name]}{value}" if name in _PLACES else ""
            yield _DETAILS.get(name, name), _value_words(name, value), place


def _value_words(name: str, value: Any) -> Words:
    if isinstance(value, bool):
        return _YES[value]
    if name == "role" and value in set(Role):
        return LABELS[Role][Role(value)]
    if name in _YEN and isinstance(value, int):
        return yen(value)
    return str(value)


def doer(email: str) -> str:
    """Whose deed it is called, where it may have been no user's."""
    return _NOT_USERS.get(email, email)
