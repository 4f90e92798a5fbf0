"""What a command is: an address, its fields, and the function that does it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from app.protocol.words import N_, Sentence, say
from app.sandbox.context import Sandbox

Values = dict[str, Any]


class Wrong(ValueError):
    """A field's value cannot be used; `field` names it.

    `sentence` stands beside the field; the automation reads it in English.
    """

    status = 422

    def __init__(self, field: str, message: str, **values: str | int) -> None:
        self.sentence = Sentence(message, values)
        super().__init__(f"{field}: {say('en', self.sentence)}")
        self.field = field


class NotNow(Wrong):
    """A value that could be used, but not as things are."""

    status = 409


class NotThere(LookupError):
    """There is no such trade or shop."""


@dataclass(frozen=True)
class Field:
    """One value that a command needs. `least` and `most`: of an integer itself, of a text's length.

    `says` is the sentence for a text that does not match `pattern`.
    """

    name: str
    kind: Literal["string", "integer"] = "string"
    least: int = 0
    most: int = 200
    choices: tuple[str, ...] = ()
    pattern: str = ""
    says: str = N_("This does not have the right form.")

    def find(self, given: Mapping[str, Any]) -> Any:
        """Its value among those given. Raises Wrong."""
        if self.name not in given:
            raise self.wrong(N_("This is needed."))
        return self.read(given[self.name])

    def read(self, given: Any) -> Any:
        """The value, from JSON or from a form's text. Raises Wrong."""
        value = self._typed(given)
        if self.choices and value not in self.choices:
            raise self.wrong(
                N_("Choose one of these: %(choices)s"), choices=", ".join(self.choices)
            )
        if not self._fits(value):
            raise self._misfit(value)
        if self.pattern and not re.fullmatch(self.pattern, value):
            raise self.wrong(self.says)
        return value

    def wrong(self, message: str, **values: str | int) -> Wrong:
        """What is wrong with a value of this field."""
        return Wrong(self.name, message, **values)

    def _typed(self, given: Any) -> Any:
        if self.kind == "integer" and isinstance(given, str) and re.fullmatch("[0-9]{1,9}", given):
            return int(given)
        if self.kind == "integer" and isinstance(given, float) and given.is_integer():
            return int(given)  # JSON Schema holds 5.0 for an integer
        if self.kind == "integer" and type(given) is not int:
            raise self._misfit(given)
        if self.kind == "string" and not isinstance(given, str):
            raise self.wrong(N_("It must be a text."))
        if isinstance(given, str):
            # JSON can say half of a surrogate pair, which no store can keep.
            return given.encode("utf-8", "replace").decode("utf-8")
        return given

    def _fits(self, value: Any) -> bool:
        size = value if isinstance(value, int) else len(value)
        return bool(self.least <= size <= self.most)

    def _misfit(self, value: Any) -> Wrong:
        if self.kind == "integer":
            message = N_("Enter a whole number from %(least)s to %(most)s.")
            return self.wrong(message, least=self.least, most=self.most)
        if not value:
            return self.wrong(N_("This is needed."))
        if self.least == self.most:
            return self.wrong(self.says)
        return self.wrong(N_("Too long: at most %(limit)s characters."), limit=self.most)


@dataclass(frozen=True)
class Command:
    """One thing to do. `path` may hold the name of a field in braces.

    `for_admins`: not what the sandbox key opens, which is in the hands of merchants' engineers.
    `needs_sure`: a page's form must carry SURE; a program is not asked whether it is.
    """

    name: str
    path: str
    summary: str
    run: Callable[[Sandbox, Values], Awaitable[Values]]
    fields: tuple[Field, ...] = ()
    for_admins: bool = False
    needs_sure: bool = False

    def read(self, given: Mapping[str, Any]) -> Values:
        """The values of its fields. Raises Wrong."""
        return {field.name: field.find(given) for field in self.fields}

    def problems(self, given: Mapping[str, Any]) -> list[Wrong]:
        """What is wrong with each of the fields that a page's form has sent."""
        found = [wrong for field in self.fields if (wrong := _problem(field, given))]
        if self.needs_sure and SURE not in given:
            found.append(Wrong(SURE, N_("Tick this box if you mean it.")))
        return found


def _problem(field: Field, given: Mapping[str, Any]) -> Wrong | None:
    try:
        field.find(given)
    except Wrong as wrong:
        return wrong
    return None


# The box to be ticked before what cannot be undone.
SURE: Final = "sure"

# In the address of whatever is about one shop.
SHOP_ID: Final = Field("ShopID", least=1, most=13, pattern="[0-9A-Za-z]{1,13}")
