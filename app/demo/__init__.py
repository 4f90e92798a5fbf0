"""A demonstration: a plausible past of the sandbox's shop, written all at once.

Every status comes about by the desk's own rules, every CheckString by the protocol's own rule,
and the simulated gateway is given the same trades, so that it answers for them from then on.
"""

from app.demo.history import DemoRefused, write_history

__all__ = ["DemoRefused", "write_history"]
