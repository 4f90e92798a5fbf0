"""What a command is: an address, what it is given, and the function that does it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_type_hints

from app.protocol.words import N_
from app.sandbox.commands.answers import Answer
from app.sandbox.commands.given import Given, Wrong
from app.sandbox.context import Sandbox


class NotNow(Wrong):
    """A value that could be used, but not as things are."""

    status = 409


class NotThere(LookupError):
    """There is no such trade or shop."""


@dataclass(frozen=True)
class Command:
    """One thing to do. `path` may hold the name of a value in braces; `given` is its model.

    `for_admins`: not what the sandbox key opens, which is in the hands of merchants' engineers.
    `needs_sure`: a page's form must carry SURE; a program is not asked whether it is.
    `warning`: what its description says besides, where doing it has a price.
    """

    name: str
    path: str
    summary: str
    run: Callable[[Sandbox, Any], Awaitable[Answer]]
    given: type[Given] = Given
    for_admins: bool = False
    needs_sure: bool = False
    warning: str = ""

    @property
    def answer(self) -> type[Answer]:
        """The model of what it answers."""
        return answer_of(self.run)

    def of_address(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The values that stand in its address: a mounting application has parameters too."""
        return {name: parameters[name] for name in re.findall(r"{(\w+)}", self.path)}

    def of_form(self, typed: Mapping[str, str]) -> dict[str, str]:
        """Its own values among those of a page's form, which carries others too."""
        return {name: value for name, value in typed.items() if name in self.given.model_fields}

    def problems(self, typed: Mapping[str, str]) -> list[Wrong]:
        """What is wrong with each of the values that a page's form has sent."""
        found = self.given.problems(self.of_form(typed))
        if self.needs_sure and SURE not in typed:
            found.append(Wrong(SURE, N_("Tick this box if you mean it.")))
        return found

    async def done_with(self, sandbox: Sandbox, typed: Mapping[str, str]) -> Answer:
        """Do it with the values of a page's form. Raises Wrong and NotThere."""
        return await self.run(sandbox, self.given.read(self.of_form(typed)))


def answer_of(run: Callable[..., Awaitable[Answer]]) -> type[Answer]:
    """The model that a function answers with.

    Its signature says so, to which the type checker holds it: a second list could part from it.
    """
    answer: type[Answer] = get_type_hints(run)["return"]
    return answer


# The box to be ticked before what cannot be undone.
SURE: Final = "sure"
