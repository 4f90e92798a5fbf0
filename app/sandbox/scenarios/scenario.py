"""What a scenario is: one way for a payment to go."""

from dataclasses import dataclass

from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.protocol.words import Words
from app.sandbox.scenarios.faults import Ending, Fault, Forgery


@dataclass(frozen=True)
class Scenario:
    """One way for a payment to go, told to people in `does` and `sees`.

    `fault` hits the answer to `call`. `ending` is forced whatever the customer presses.
    `only_first`: a call that the fault stopped works when it is repeated. `deliveries` is how
    often the result reaches RetURL, `delay` how many seconds late.
    """

    name: str
    does: Words
    sees: Words
    fault: Fault | None = None
    call: Call = Call.EXEC
    ending: Ending | None = None
    forgery: Forgery | None = None
    deliveries: int = 1
    delay: int = 0
    only_first: bool = False
    expires_unpaid: bool = False
    paid_after_failed: bool = False

    @property
    def suffix(self) -> str:
        """What an OrderID must end in to follow this scenario; empty for the ordinary one."""
        return f"-{self.name}" if self.name != "ordinary" else ""

    def can_still_act(self, status: Status) -> bool:
        """Whether a trade in this status is not yet past what the scenario changes."""
        if self.fault:
            return self.call is Call.EXEC and status is Status.UNPROCESSED
        if status is Status.PAYFAIL:  # only its next lookup is still to come
            return self.paid_after_failed or not self.suffix
        return not status.is_final
