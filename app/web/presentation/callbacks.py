"""What a verdict means for the money, and what became of a callback, in words for every case."""

from app.desk.callbacks.verification import Tag
from app.protocol.checkstring import Verdict
from app.protocol.words import N_
from app.records.callbacks import Applied, Callback
from app.records.dropped_callbacks import NOTIFICATIONS, SANDBOX, SANDBOX_ORDERS, UNSTORED
from app.web.presentation.marks import VERDICTS

MEANINGS: dict[str, str] = {
    Verdict.VERIFIED: N_(
        "It was signed with this shop's password, and its four signed values are as they were"
        " signed. The amount is not among them: only a lookup confirms it."
    ),
    Verdict.MISMATCH: N_(
        "It was not signed with this shop's password, or its values were changed afterwards."
        " Do not rely on it: look the order up."
    ),
    Verdict.NO_CHECKSTRING: N_(
        "It carries no signature, so anybody may have sent it."
        " Do not rely on it: look the order up."
    ),
    Verdict.UNKNOWN_SHOP: N_(
        "Its ShopID is none of our shops', so there is no password to check it with."
        " Once the shop is added in the settings it is judged again."
    ),
    Verdict.MALFORMED: N_(
        "It does not have the shape of a result. The signed values are joined without separators,"
        " so a wrong shape proves nothing, whatever the CheckString."
    ),
}
"""What each verdict means."""

_APPLIED: dict[str, str] = {
    Applied.MOVED: N_("The order moved to what it says."),
    Applied.AGREED: N_("The order had this status already. Nothing had to change."),
    Applied.CONFLICT: N_(
        "It contradicts what we hold of the order, so it moved nothing: it raised a conflict, which"
        " a person or a lookup ends."
    ),
    Applied.NOTHING: N_("It says nothing beyond what we hold. Nothing was changed."),
}
_UNKNOWN_ORDER = N_(
    "We did not make this order, so it was noted with an unknown status. A lookup decides."
)
_OF_UNKNOWN_ORDER: dict[str, str] = {
    Applied.NOTHING: _UNKNOWN_ORDER,
    Applied.AGREED: N_("We did not make this order. The gateway, asked since, says the same."),
    Applied.CONFLICT: N_(
        "We did not make this order, and the gateway, asked since, says something else: that is a"
        " conflict, which a person ends."
    ),
}
_SAID_BEFORE = N_("An earlier callback had said the same. Nothing was changed.")
_NOT_VERIFIED = N_("Nothing was changed: only a verified result may move an order.")
_NOT_JUDGED = N_("It has been stored, but not judged yet. Nothing was changed.")


_DONE: dict[str, str] = {
    Applied.MOVED: N_("Moved the order"),
    Applied.AGREED: N_("Agreed with the order"),
    Applied.CONFLICT: N_("Raised a conflict"),
    Applied.NOTHING: N_("Changed nothing"),
}
_NOT_APPLIED = N_("Not applied")


DROPPED: dict[str, str] = {
    NOTIFICATIONS: N_("Notices from the gateway (unsigned)"),
    UNSTORED: N_("Results that could not be stored at all"),
    SANDBOX: N_("Verified in the sandbox, saying again what was said"),
    SANDBOX_ORDERS: N_("Orders of the sandbox that a result named first"),
    **{verdict: mark.label for verdict, mark in VERDICTS.items()},
}
"""What has been dropped, by verdict or by what stands in a verdict's place."""


def done(callback: Callback) -> str:
    """What was done with a callback, in a word or two for a list."""
    return _DONE[callback.applied] if callback.applied else _NOT_APPLIED


def became(callback: Callback) -> str:
    """What was done with a callback, and why."""
    if callback.judged_at is None:
        return _NOT_JUDGED
    if callback.applied is None:
        return _NOT_VERIFIED
    if Tag.UNKNOWN_ORDER in callback.tag_list and callback.applied in _OF_UNKNOWN_ORDER:
        return _OF_UNKNOWN_ORDER[callback.applied]
    if callback.applied is Applied.NOTHING and Tag.DUPLICATE in callback.tag_list:
        return _SAID_BEFORE
    return _APPLIED[callback.applied]
