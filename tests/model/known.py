"""Acts after which the desk is known to go wrong. Random histories leave them out until then.

Each has the number of the sequence that shows it (`test_money_sequences`). Whoever mends it takes
it out of `KNOWN`, and the histories play it from then on.
"""

KEEPING = "F1, F2, F5, F6: a conflict is settled by keeping what was held"
LOSING = "F7d: the gateway loses a trade"
SILENT_LOOKUP = "F12: a person's lookup may have arrived, and its answer does not"
VALUE_REFUSED = "F7a: a call is refused for a value"
OTHERS_EXECUTE = "F4: another system executes a trade"
OTHERS_REGISTER = "F2, F6: another system registers a number first"
LATE_MONEY = "F10: money follows a failure"

KNOWN = frozenset({LOSING})


def plays(act: str) -> bool:
    """Whether histories play it."""
    return act not in KNOWN
