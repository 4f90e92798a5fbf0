"""What can become of a try to say something."""

from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple


class Failure(StrEnum):
    """Why a try failed, in a word."""

    NO_ANSWER = "no-answer"
    LEADS_INSIDE = "leads-inside"
    REDIRECTED = "redirected"
    REFUSED = "refused"
    TOO_MANY = "too-many"
    BROKEN = "broken"
    GONE = "gone"
    NO_MAIL = "no-mail"
    NO_LOGIN = "no-login"
    NOT_ENCRYPTED = "not-encrypted"


class Outcome(NamedTuple):
    """What became of a try. `wait`: how long the receiver asks us to."""

    failure: Failure | None = None
    wait: timedelta | None = None
