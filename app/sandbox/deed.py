"""What a deed is: an address, its fields, and the function that does it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from app.sandbox.sandbox import Sandbox

Values = dict[str, Any]


class Wrong(ValueError):
    """A field's value cannot be used; `field` names it."""

    status = 422

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field


class NotNow(Wrong):
    """A value that could be used, but not as things are."""

    status = 409


class NotThere(LookupError):
    """There is no such trade or shop."""


@dataclass(frozen=True)
class Field:
    """One value that a deed needs. `least` and `most`: of an integer itself, of a text's length."""

    name: str
    kind: Literal["string", "integer"] = "string"
    least: int = 0
    most: int = 200
    choices: tuple[str, ...] = ()
    pattern: str = ""

    def read(self, given: Any) -> Any:
        """The value, from JSON or from a form's text. Raises Wrong."""
        value = self._typed(given)
        if self.choices and value not in self.choices:
            raise Wrong(self.name, f"one of {', '.join(self.choices)}")
        if not self._fits(value):
            raise Wrong(self.name, f"from {self.least} to {self.most}")
        if self.pattern and not re.fullmatch(self.pattern, value):
            raise Wrong(self.name, f"must match {self.pattern}")
        return value

    def _typed(self, given: Any) -> Any:
        if self.kind == "integer" and isinstance(given, str) and re.fullmatch("[0-9]{1,9}", given):
            return int(given)
        if self.kind == "integer" and isinstance(given, float) and given.is_integer():
            return int(given)  # JSON Schema holds 5.0 for an integer
        types: dict[str, type] = {"string": str, "integer": int}
        if type(given) is not types[self.kind]:
            raise Wrong(self.name, f"must be of type {self.kind}")
        if isinstance(given, str):
            # JSON can say half of a surrogate pair, which no store can keep.
            return given.encode("utf-8", "replace").decode("utf-8")
        return given

    def _fits(self, value: Any) -> bool:
        size = value if isinstance(value, int) else len(value)
        return bool(self.least <= size <= self.most)


@dataclass(frozen=True)
class Deed:
    """One thing to do. `path` may hold the name of a field in braces.

    `for_admins`: not what the sandbox key opens, which is in the hands of merchants' engineers.
    """

    name: str
    path: str
    summary: str
    run: Callable[[Sandbox, Values], Awaitable[Values]]
    fields: tuple[Field, ...] = ()
    for_admins: bool = False

    def read(self, given: Mapping[str, Any]) -> Values:
        """The values of its fields. Raises Wrong."""
        values: Values = {}
        for field in self.fields:
            if field.name in given:
                values[field.name] = field.read(given[field.name])
            else:
                raise Wrong(field.name, "is missing")
        return values


# In the address of whatever is about one shop.
SHOP_ID: Final = Field("ShopID", least=1, most=13, pattern="[0-9A-Za-z]{1,13}")
