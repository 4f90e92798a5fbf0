"""Decisions: what may be done with an order, what is locked and why, and what to do next.

One table (`locks`) says what is possible, one (`steps`) what is recommended. Both are pure: they
see nothing but `Facts`. Pages draw what they say; whoever sends anything asks them first.
"""

from app.desk.decisions.deciding import decide, decision_of, require
from app.desk.decisions.facts import UNDER_WAY, Facts, Past, facts_of, past_of
from app.desk.decisions.words import Action, Decision, Lock, LockReason, NextStep, NotPossible

__all__ = [
    "UNDER_WAY",
    "Action",
    "Decision",
    "Facts",
    "Lock",
    "LockReason",
    "NextStep",
    "NotPossible",
    "Past",
    "decide",
    "decision_of",
    "facts_of",
    "past_of",
    "require",
]
