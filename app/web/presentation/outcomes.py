"""What became of an exchange, and what that means for its order, in words for every case."""

import re

from app.desk.gateway_calls.send import Detail, Outcome
from app.protocol.messages import Call
from app.protocol.words import N_, Sentence, Words
from app.records.exchanges import WAITING

HAPPENED: dict[str, str] = {
    WAITING: N_("The request has left us. The answer has not come yet."),
    Outcome.ANSWERED: N_("The gateway did what was asked."),
    Outcome.PROTOCOL_ERROR: N_("The gateway refused. Its codes say why."),
    Outcome.NOT_SENT: N_("The gateway could not be reached. The request never left us."),
    Outcome.NO_ANSWER: N_("The request left us, but no answer came."),
    Outcome.CUT_OFF: N_("The answer began, but the connection broke before its end."),
    Outcome.HTTP_ERROR: N_("The server answered with an HTTP error, not in the protocol's terms."),
    Outcome.NOT_UNDERSTOOD: N_("An answer came, but it is not one the protocol knows."),
}
"""What happened on the wire."""

DETAILS: dict[str, str] = {
    Detail.BAD_ADDRESS: N_("The gateway's address is not a valid one."),
    Detail.NO_SUCH_HOST: N_("There is no host of that name."),
    Detail.LEADS_INSIDE: N_("Its name leads inside a network, where no gateway is."),
    Detail.CONNECTION_FAILED: N_("The connection was refused."),
    Detail.CONNECT_TIMEOUT: N_("No connection came about in time."),
    Detail.TLS_FAILED: N_("The gateway's certificate could not be trusted."),
    Detail.BUSY: N_("Every connection of ours was in use."),
    Detail.TIMEOUT: N_("The time to answer ran out."),
    Detail.CLOSED: N_("The other side closed the connection."),
    Detail.INTERRUPTED: N_("This desk was stopped while it waited."),
    Detail.REDIRECT: N_("It redirected elsewhere, which is never followed."),
    Detail.TOO_LONG: N_("The answer was too long to be one."),
    Detail.NOT_HTTP: N_("What came back was not HTTP."),
}
"""What exactly went wrong on the wire."""

# Why an answer is not understood: `read_answer` says it in English, with a parameter's name.
_REASONS: tuple[tuple[str, str], ...] = (
    ("the answer is not Windows-31J", N_("It is not Windows-31J.")),
    ("no parameter of this answer is there", N_("No parameter of such an answer is in it.")),
    ("ErrInfo is not a list of codes", N_("ErrInfo is not a list of codes.")),
    (r"(?P<name>\w+) comes twice, with two values", N_("%(name)s comes twice, with two values.")),
    (r"(?P<name>\w+) is missing", N_("%(name)s is missing.")),
    (r"(?P<name>\w+) is not valid", N_("%(name)s is not valid.")),
)


def detail_words(detail: str) -> Words:
    """A detail in words; empty where it has none of its own, as a parser's complaint."""
    for pattern, message in _REASONS:
        if found := re.fullmatch(pattern, detail):
            return Sentence(message, found.groupdict())
    return DETAILS.get(detail, "")


_ANSWERED: dict[Call, str] = {
    Call.ENTRY: N_("The order is registered at the gateway. No money has moved."),
    Call.EXEC: N_("Payment is requested. The customer can now be sent to pay."),
    Call.SEARCH: N_("A lookup changes nothing at the gateway; it tells how the order stands."),
}
_UNCERTAIN: dict[Call, str] = {
    Call.ENTRY: N_(
        "Nobody knows whether the order is registered. Look it up before anything is repeated."
    ),
    Call.EXEC: N_(
        "Nobody knows whether payment was requested. Look the order up before anything is repeated."
    ),
    Call.SEARCH: N_("A lookup changes nothing at the gateway. The order is as it was before."),
}
_REFUSED = N_("What that means for the order depends on the code.")
_NOT_SENT = N_("Nothing was asked, so the order is as it was before.")
_WAITING: dict[Call, str] = {
    Call.ENTRY: N_("Until the answer is here, the same call cannot be sent again."),
    Call.EXEC: N_("Until the answer is here, the same call cannot be sent again."),
    Call.SEARCH: N_("A lookup changes nothing at the gateway."),
}


def meaning(outcome: str, call: Call) -> str:
    """What an exchange means for its order and its money, as a message of the catalogue."""
    whole: dict[str, str] = {Outcome.PROTOCOL_ERROR: _REFUSED, Outcome.NOT_SENT: _NOT_SENT}
    by_call: dict[str, dict[Call, str]] = {Outcome.ANSWERED: _ANSWERED, WAITING: _WAITING}
    return whole.get(outcome) or by_call.get(outcome, _UNCERTAIN)[call]
