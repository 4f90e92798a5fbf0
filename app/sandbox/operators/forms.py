"""Our own pages' forms: what was sent, and one that was refused as its page shows it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.protocol.words import say
from app.sandbox.calls.bodies import Unreadable, read_own_form
from app.sandbox.commands.given import Wrong


async def read_form(request: Request) -> dict[str, str]:
    """What a page's form sent. Raises HTTPException where it cannot be read."""
    try:
        return await read_own_form(request)
    except Unreadable as error:
        raise HTTPException(error.status) from None


@dataclass(frozen=True)
class Form:
    """Which form of a page it is (by the path it posts to), what was typed, what is wrong with it.

    Without a path: nothing has been refused.
    """

    path: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    wrongs: Sequence[Wrong] = ()
    language: str = "en"

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows it again."""
        return self.wrongs[0].status if self.wrongs else 200

    @property
    def sentences(self) -> list[str]:
        """Everything that is wrong, for the notice above the page."""
        return [say(self.language, wrong.sentence) for wrong in self.wrongs]

    def value(self, path: str, name: str, usual: str = "") -> str:
        """What stands in a field: what was typed, where it is of this form; else the usual."""
        return self.typed.get(name, "") if path == self.path else usual

    def error(self, path: str, name: str) -> str:
        """The sentence beside a field; empty where nothing is wrong with it."""
        if path != self.path:
            return ""
        found = (one.sentence for one in self.wrongs if one.field == name)
        return say(self.language, next(found, ""))
