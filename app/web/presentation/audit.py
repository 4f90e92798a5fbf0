"""What the actions of the audit log are called."""

from collections.abc import Mapping

from app.protocol.words import N_
from app.web.presentation.labels import AUDITED

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
    "key-rotated": N_("Everything was sealed with a new key"),
    "refused-elsewhere": N_("Something that came from another site was refused"),
    "refusal-burst": N_("Many refusals in a short time were noticed"),
    "refusal-burst-seen": N_("Somebody has looked at a burst of refusals"),
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
