"""Disagreements that stand in all lists together: how many, of which verdict, how old."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.desk.batches.ages import Age, began
from app.desk.batches.verdicts import Verdict
from app.records.disagreements import number_standing
from app.records.shops import Environment


@dataclass(frozen=True)
class Standing:
    """How many disagreements nothing has settled, by verdict and age."""

    numbers: Mapping[tuple[Verdict, Age], int]

    def number(self, verdict: Verdict | None = None, age: Age | None = None) -> int:
        """How many have this verdict and this age; None: any."""
        return sum(
            number
            for (its_verdict, its_age), number in self.numbers.items()
            if verdict in (None, its_verdict) and age in (None, its_age)
        )


def standing(session: Session, environment: Environment, at: datetime) -> Standing:
    """What stands in an environment at a moment."""
    ages = list(Age)
    found = number_standing(session, environment, [began(age, at) for age in ages])
    return Standing({(Verdict(verdict), ages[place]): n for (verdict, place), n in found.items()})
