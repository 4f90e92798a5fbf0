"""Scenarios in which the answer to a call goes wrong."""

from typing import Final

from app.protocol.messages import Call
from app.protocol.words import N_, Sentence
from app.sandbox.scenarios.faults import DRIP_SECONDS, Fault
from app.sandbox.scenarios.scenario import Scenario

CALL_SCENARIOS: Final = (
    Scenario(
        "timeout",
        does=N_("ExecTran works, but its answer comes after the client's time-out."),
        sees=N_("No answer. A lookup says REQSUCCESS: the token is lost, a new OrderID is needed."),
        fault=Fault.LATE,
    ),
    Scenario(
        "drop",
        does=N_("ExecTran works, but the connection closes in the middle of the answer."),
        sees=N_("The answer was cut off. A lookup says REQSUCCESS: a new OrderID is needed."),
        fault=Fault.DROP,
    ),
    Scenario(
        "http500",
        does=N_("ExecTran answers HTTP 500 and has done nothing."),
        sees=N_(
            "An HTTP error. A lookup 90 seconds later says UNPROCESSED: it may be executed again."
        ),
        fault=Fault.HTTP500,
    ),
    Scenario(
        "garbled",
        does=N_("ExecTran works, but its answer is noise with HTTP 200."),
        sees=N_("The answer is not understood. A lookup says REQSUCCESS: a new OrderID is needed."),
        fault=Fault.GARBLED,
    ),
    Scenario(
        "refuse",
        does=N_("ExecTran answers an error (NC2000005). The trade stays UNPROCESSED."),
        sees=N_("The error is explained in words. No payment can follow."),
        fault=Fault.REFUSE,
    ),
    Scenario(
        "html",
        does=N_("ExecTran works, but its answer is an HTML page with HTTP 200."),
        sees=N_("The answer is not understood. A lookup says REQSUCCESS: a new OrderID is needed."),
        fault=Fault.HTML,
    ),
    Scenario(
        "empty",
        does=N_("ExecTran works, but its answer is empty."),
        sees=N_("The answer is not understood. A lookup says REQSUCCESS: a new OrderID is needed."),
        fault=Fault.EMPTY,
    ),
    Scenario(
        "busy",
        does=N_(
            "The first ExecTran is refused for too many requests (E92000001), the second works."
        ),
        sees=N_("The error in words: wait, then execute again."),
        fault=Fault.BUSY,
        only_first=True,
    ),
    Scenario(
        "drip",
        does=Sentence(
            N_("ExecTran's answer trickles in, over up to %(seconds)s seconds."),
            {"seconds": DRIP_SECONDS},
        ),
        sees=N_("The answer is waited for, and all goes as usual."),
        fault=Fault.DRIP,
    ),
    Scenario(
        "otherorder",
        does=N_("EntryTran works, but its answer names another OrderID."),
        sees=N_("The answer is not taken for this order's. A lookup says UNPROCESSED."),
        fault=Fault.OTHER_ORDER,
        call=Call.ENTRY,
    ),
)
