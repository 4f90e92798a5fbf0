"""How often each token may ask."""

from __future__ import annotations

import time
from collections.abc import Callable


class TokenRates:
    """How often each token may ask: so many requests at once, which come back one by one."""

    BURST = 120
    """Requests at once. A choice: a page that shows a hundred tickets asks a hundred times."""

    PER_SECOND = 10.0
    """Requests that come back each second. A choice: a process answers fifty times as many."""

    TOKENS = 10_000
    """Tokens remembered at once. Bounds memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def ask(self, token_key: str) -> int:
        """Count one request: 0 when it may pass, else the seconds after which one may."""
        moment = self._clock()
        left, at = self._left.pop(token_key, (float(self.BURST), moment))
        left = min(self.BURST, left + (moment - at) * self.PER_SECOND)
        passes = left >= 1
        # Put in last: those that have not asked for longest are forgotten first.
        self._left[token_key] = (left - 1 if passes else left, moment)
        if len(self._left) > self.TOKENS:
            del self._left[next(iter(self._left))]
        return 0 if passes else max(1, round((1 - left) / self.PER_SECOND + 0.5))
