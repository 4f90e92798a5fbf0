"""When customers come: few at night, most in the evening, in Japan's time."""

from datetime import datetime, timedelta
from random import Random

from app.protocol.wire import JST

BUSY = (3, 2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 9, 12, 9, 8, 8, 8, 9, 10, 12, 15, 16, 13, 8)
"""How busy each hour of the day is, beside the others."""

PER_ORDER = timedelta(minutes=4)
LEAST, MOST = timedelta(hours=36), timedelta(days=60)


def openings(random: Random, count: int, now: datetime) -> list[datetime]:
    """The moments at which `count` orders were opened before now, in their order."""
    span = min(max(PER_ORDER * count, LEAST), MOST)
    found: list[datetime] = []
    while len(found) < count:
        moment = now - span * random.random()  # nosec B311 # a made-up past
        if random.random() * max(BUSY) < BUSY[moment.astimezone(JST).hour]:  # nosec B311 # a made-up past
            found.append(moment)
    return sorted(found)
