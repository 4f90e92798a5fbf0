"""Actions: what may be done with an order, what is locked and why, and what to do next.

One table (`locks`) says what is possible, one (`next_steps`) what is recommended. Both are pure:
they see nothing but `Facts`. Pages draw what they say; whoever sends anything asks them first.
Here too: how a person settles a conflict. Not here: what a status means (`status`).
"""

from app.desk.actions.decide import decide, decision_of, require
from app.desk.actions.facts import Facts, Past, facts_of, past_of
from app.desk.actions.vocabulary import Action, Decision, Lock, LockReason, NextStep, NotPossible

__all__ = [
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
