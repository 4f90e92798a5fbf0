"""The storylines that orders follow: which events, how often, whether the customer tries again."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from app.demo.callbacks import brought, brought_again, tampered, unsigned
from app.demo.events import (
    Step,
    after,
    execute,
    execute_unanswered,
    launch,
    look_up,
    register,
    register_in_vain,
    register_unanswered,
    when_due,
)
from app.protocol.statuses import Status


@dataclass(frozen=True)
class Story:
    """One order's story. `weight`: how often, beside the others' weights.

    `again`: the customer tries once more, with the next number of the same family.
    """

    weight: int
    steps: tuple[Step, ...]
    again: bool = False


_REGISTERED = after(1, 4, register)
_EXECUTED = after(0.1, 2, execute)
_LAUNCHED = after(5, 240, launch)
_OPENED = (_REGISTERED, _EXECUTED, _LAUNCHED)

_PAID = after(40, 900, brought(Status.PAYSUCCESS))
_PAID_LATE = after(1_200, 2_400, brought(Status.PAYSUCCESS, seconds_late=1_000))
_PAID_AFTER_ALL = after(60, 400, brought(Status.PAYSUCCESS))
_CANCELLED = after(30, 600, brought(Status.PAYFAIL))

_SAYS_PAID = when_due(look_up(Status.PAYSUCCESS))
_SAYS_CANCELLED = when_due(look_up(Status.PAYFAIL))
_SAYS_STARTED = when_due(look_up(Status.PAYSTART))
_SAYS_EXPIRED = when_due(look_up(Status.EXPIRED))
_ASKED_UNPROCESSED = after(20, 400, look_up(Status.UNPROCESSED, by_a_person=True))
_ASKED_REQUESTED = after(20, 3_000, look_up(Status.REQSUCCESS, by_a_person=True))
_ASKED_STARTED = after(20, 300, look_up(Status.PAYSTART, by_a_person=True))
_ASKED_PAID = after(600, 9_000, look_up(Status.PAYSUCCESS, by_a_person=True))
_BROUGHT_AGAIN = after(3, 90, brought_again)
_IN_VAIN = after(1, 4, register_in_vain)
_MUCH_ASKED = (_IN_VAIN, *_OPENED, _ASKED_STARTED, _PAID, _SAYS_PAID)

STORIES: dict[str, Story] = {
    "paid": Story(590, (*_OPENED, _PAID, _SAYS_PAID)),
    "cancelled": Story(110, (*_OPENED, _CANCELLED)),
    "cancelled, tried again": Story(70, (*_OPENED, _CANCELLED), again=True),
    "left": Story(80, (*_OPENED, _SAYS_STARTED, _SAYS_EXPIRED)),
    "registered only": Story(25, (_REGISTERED,)),
    "result twice": Story(22, (*_OPENED, _PAID, _SAYS_PAID, _BROUGHT_AGAIN)),
    "result late": Story(12, (*_OPENED, _PAID_LATE, _SAYS_PAID)),
    "result lost": Story(28, (*_OPENED, _SAYS_PAID)),
    "tampered": Story(9, (*_OPENED, after(60, 600, tampered), _SAYS_CANCELLED)),
    "unsigned": Story(5, (*_OPENED, after(60, 600, unsigned), _SAYS_CANCELLED)),
    "paid after all": Story(6, (*_OPENED, _CANCELLED, _PAID_AFTER_ALL, _SAYS_PAID)),
    "in doubt": Story(3, (*_OPENED, _CANCELLED, _PAID_AFTER_ALL, _SAYS_CANCELLED)),
    "registration unanswered": Story(
        12,
        (
            after(1, 4, register_unanswered),
            _ASKED_UNPROCESSED,
            *_OPENED[1:],
            _PAID,
            _SAYS_PAID,
        ),
    ),
    "execution unanswered": Story(
        14,
        (_REGISTERED, after(0.1, 2, execute_unanswered), _ASKED_REQUESTED, _SAYS_EXPIRED),
        again=True,
    ),
    "gateway busy": Story(14, (_IN_VAIN, *_OPENED, _PAID, _SAYS_PAID)),
    "asked about": Story(4, (*_MUCH_ASKED, _ASKED_PAID)),
    "asked about, result twice": Story(2, (*_MUCH_ASKED, _BROUGHT_AGAIN, _ASKED_PAID)),
}

_WEIGHTS = {name: story.weight for name, story in STORIES.items()}
_EVENTFUL = _WEIGHTS | {"asked about": 1_400, "asked about, result twice": 700}


def any_story(random: Random, *, eventful: bool = False) -> Story:
    """A story, each as often as its weight says.

    `eventful`: with more to it than in life, five exchanges and 1.2 callbacks on average.
    """
    weights = _EVENTFUL if eventful else _WEIGHTS
    return random.choices(list(STORIES.values()), list(weights.values()))[0]  # nosec B311 # a made-up past
