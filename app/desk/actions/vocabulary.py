"""The words a decision is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What an operator can do with an order."""

    REGISTER = "register"
    EXECUTE = "execute"
    LAUNCH = "launch"
    LOOK_UP = "look-up"
    NEW_NUMBER = "new-number"  # open another order for the same customer
    SETTLE = "settle"


class NextStep(StrEnum):
    """The one step recommended."""

    REGISTER = "register"
    REGISTER_AGAIN = "register-again"
    EXECUTE = "execute"
    EXECUTE_AGAIN = "execute-again"
    ADOPT_AND_EXECUTE = "adopt-and-execute"
    SEND_CUSTOMER = "send-customer"
    WAIT_FOR_CUSTOMER = "wait-for-customer"
    WAIT_FOR_ANSWER = "wait-for-answer"
    WAIT_UNTIL_DUE = "wait-until-due"
    ASK_GATEWAY = "ask-gateway"
    CONFIRM_BY_LOOKUP = "confirm-by-lookup"
    NEW_ORDER_ID = "new-order-id"
    CORRECT_VALUES = "correct-values"
    OTHER_TRY = (
        "other-try"  # the same customer has (perhaps) paid another order, or has a later one
    )
    SETTLE_CONFLICT = "settle-conflict"
    FIX_SETTINGS = "fix-settings"
    CHECK_ADDRESS = "check-address"
    NOTHING = "nothing"


class LockReason(StrEnum):
    """Why an action is not possible now."""

    ANSWER_PENDING = "answer-pending"
    UNANSWERED = "unanswered"  # a call went unanswered and no lookup has settled it
    CONFLICT = "conflict"
    NO_CONFLICT = "no-conflict"
    NOT_OURS = "not-ours"  # met through a lookup or a callback, not made here
    ALREADY_REGISTERED = "already-registered"
    ORDER_ID_TAKEN = "order-id-taken"
    NOT_REGISTERED = "not-registered"
    ALREADY_EXECUTED = "already-executed"
    NOT_EXECUTED = "not-executed"
    TOKEN_LOST = "token-lost"  # noqa: S105  # nosec B105 # the reason's name
    EXECUTED_ELSEWHERE = "executed-elsewhere"  # another system has the token
    IN_DOUBT = "in-doubt"  # a failure that may be a payment all the same
    GONE_FURTHER = "gone-further"  # the gateway says so, and a person has kept what we held
    START_ELSEWHERE = "start-elsewhere"  # StartURL is not at the shop's gateway
    FINAL = "final"
    NUMBER_UNUSED = "number-unused"  # no payment has been requested with the present OrderID
    NUMBER_IN_USE = "number-in-use"  # the present OrderID is paid, or can still be


@dataclass(frozen=True)
class Lock:
    """Why an action is locked, and since when where something happened that locked it."""

    reason: LockReason
    at: datetime | None = None


@dataclass(frozen=True)
class Decision:
    """The recommended step (with the time it is due), what is possible, what is locked.

    `lookup_free_at` is the time from which a lookup needs no reason; None when it needs none now.
    `desk_asks`: the step is to ask, and the desk itself does so at any moment.
    """

    next_step: NextStep
    due_at: datetime | None
    possible: frozenset[Action]
    locked: Mapping[Action, Lock]
    lookup_free_at: datetime | None = None
    desk_asks: bool = False


class NotPossible(Exception):
    """The decision table does not allow it now."""

    def __init__(self, action: Action, lock: Lock) -> None:
        super().__init__(f"{action}: {lock.reason}")
        self.action = action
        self.lock = lock
