"""What every message is: rows of parameters, and a value that cannot be built invalid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

from app.protocol.fields import Field, Problem, Reason


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of a call's table.

    `required` is the table's own mark on requests. The table marks every row of an answer alike, as
    output; there it says what an answer must bear to be of use.
    """

    field: Field
    required: bool
    length: int | None
    values: tuple[str, ...] = ()  # the only ones accepted here, where the call restricts them
    range: tuple[int, int] | None = None  # least and most, where the call restricts them
    judged: bool = True  # False: free text in an answer, taken as it comes

    @property
    def name(self) -> str:
        """The parameter's name."""
        return self.field.name

    def problems(self, value: str) -> tuple[Problem, ...]:
        """Every check `value` fails in this call; an empty value is an absent one."""
        if not value:
            return (Problem(self.name, Reason.MISSING),) if self.required else ()
        if not self.judged:
            return ()
        found = self.field.problems(value, self.length)
        if self.values and value not in self.values:
            # Judged whatever the length: a gateway reports both of a word of four letters.
            found += (Problem(self.name, Reason.NOT_ACCEPTED),)
        if not found and self.range is not None:
            found = self._range_problem(int(value), *self.range)
        return found

    def _range_problem(self, value: int, least: int, most: int) -> tuple[Problem, ...]:
        if least <= value <= most:
            return ()
        return (Problem(self.name, Reason.OUT_OF_RANGE, most),)


class InvalidMessage(ValueError):
    """A message that breaks its own table; `problems` says where. Values stay out of the text."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(", ".join(f"{p.parameter}: {p.reason}" for p in problems))
        self.problems = problems


@dataclass(frozen=True)
class Message:
    """Base of all messages: attributes are named as the parameters are; absent ones are None."""

    PARAMETERS: ClassVar[tuple[Parameter, ...]]

    def __post_init__(self) -> None:
        problems = self.problems(dict(self.pairs()))
        if problems:
            raise InvalidMessage(problems)

    @classmethod
    def problems(cls, values: Mapping[str, str]) -> tuple[Problem, ...]:
        """Every format check that `values` fail, in the order of the call's table.

        Values are raw text by parameter name; unknown names are ignored.
        """
        found = [p for row in cls.PARAMETERS for p in row.problems(values.get(row.name, ""))]
        return tuple(found)

    @classmethod
    def from_values(cls, values: Mapping[str, str]) -> Self:
        """The message that `values` say. Raises InvalidMessage with every problem."""
        problems = cls.problems(values)
        if problems:
            raise InvalidMessage(problems)
        return cls(**cls._arguments(values))

    @classmethod
    def _arguments(cls, values: Mapping[str, str]) -> dict[str, Any]:
        known = {field.name for field in fields(cls)}
        return {
            row.name: row.field.parse(values[row.name])
            for row in cls.PARAMETERS
            if row.name in known and values.get(row.name)
        }

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values in the table's order, absent ones left out."""
        values = ((row.name, getattr(self, row.name, None)) for row in self.PARAMETERS)
        return [(name, str(value)) for name, value in values if value is not None]
