"""What a command is given: models that check JSON and forms alike, and describe themselves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationInfo,
    field_validator,
)
from pydantic import ValidationError as Misfits
from pydantic_core import CoreSchema, ErrorDetails, core_schema

from app.protocol.words import N_, Sentence, say


class Wrong(ValueError):
    """A field's value cannot be used; `field` names it.

    `sentence` stands beside the field; the automation reads it in English.
    """

    status = 422

    def __init__(self, field: str, message: str, **values: str | int) -> None:
        self.sentence = Sentence(message, values)
        super().__init__(f"{field}: {say('en', self.sentence)}")
        self.field = field


@dataclass(frozen=True)
class Says:
    """In a field's annotation: the sentence for a text that does not have its form."""

    sentence: str


@dataclass(frozen=True)
class OneOf:
    """In a field's annotation: the only values it takes."""

    choices: tuple[str, ...]

    def __get_pydantic_core_schema__(self, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        """What pydantic checks and describes."""
        return core_schema.literal_schema(list(self.choices))


ShopId = Annotated[str, Field(min_length=1, max_length=13, pattern="^[0-9A-Za-z]{1,13}$")]
AccessId = Annotated[str, Field(min_length=32, max_length=32, pattern="^[0-9a-f]{32}$")]


class Given(BaseModel):
    """Base of what commands are given; one that needs nothing is given just this."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _plain(cls, given: object, about: ValidationInfo) -> object:
        number = cls.model_fields[about.field_name or ""].annotation is int
        return _whole(given) if number else _mended(given)

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """The values. Raises Wrong for the first that cannot be used or that nobody reads."""
        try:
            return cls.model_validate({**given})
        except Misfits as misfits:
            raise _wrong(cls, misfits.errors()[0]) from None

    @classmethod
    def problems(cls, given: Mapping[str, Any]) -> list[Wrong]:
        """What is wrong with each of the values."""
        try:
            cls.model_validate({**given})
        except Misfits as misfits:
            return [_wrong(cls, one) for one in misfits.errors()]
        return []


def _whole(given: object) -> object:
    """A form says numbers in digits; JSON Schema holds 5.0 for an integer, and true for none."""
    if isinstance(given, str) and re.fullmatch("[0-9]{1,9}", given):
        return int(given)
    if isinstance(given, float) and given.is_integer():
        return int(given)
    return None if isinstance(given, bool | str) else given


def _mended(given: object) -> object:
    """JSON can say half of a surrogate pair, which no store can keep."""
    return given.encode("utf-8", "replace").decode("utf-8") if isinstance(given, str) else given


_NEEDED: Final = N_("This is needed.")
_FORM: Final = N_("This does not have the right form.")


def _wrong(model: type[Given], misfit: ErrorDetails) -> Wrong:
    """What pydantic found, in our words."""
    name, kind = str(misfit["loc"][0]), misfit["type"]
    if kind == "extra_forbidden":
        return Wrong(name.encode("utf-8", "replace").decode(), N_("Nothing reads this."))
    if kind == "missing" or misfit["input"] == "":
        return Wrong(name, _NEEDED)
    field = model.model_fields[name]
    if field.annotation is int:
        least, most = (_of(field.metadata, limit) for limit in ("ge", "le"))
        message = N_("Enter a whole number from %(least)s to %(most)s.")
        return Wrong(name, message, least=least, most=most)
    if kind == "string_type":
        return Wrong(name, N_("It must be a text."))
    if kind == "literal_error":
        choices = ", ".join(_of(field.metadata, "choices"))
        return Wrong(name, N_("Choose one of these: %(choices)s"), choices=choices)
    if kind == "string_too_long":
        limit = _of(field.metadata, "max_length")
        return Wrong(name, N_("Too long: at most %(limit)s characters."), limit=limit)
    return Wrong(name, _of(field.metadata, "sentence", _FORM))


def _of(metadata: list[Any], name: str, default: Any = None) -> Any:
    """What a field's annotation says under this name."""
    return next((getattr(one, name) for one in metadata if hasattr(one, name)), default)
