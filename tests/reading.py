"""Pages read as programs outside read them: by their stable hooks, forms and links."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

BUTTONS = {"submit", "image", "button"}


@dataclass
class Form:
    """A form with what stands in it; its buttons are left out."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Shown(HTMLParser):
    """What one answer shows."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.status = response.status_code
        self.address = response.url
        self.text = response.text
        self.forms: list[Form] = []
        self._tags: list[dict[str, str]] = []
        self._select = ""
        self.feed(self.text)
        self.close()

    def all(self, attribute: str) -> list[str]:
        """Every value of an attribute, in the order of the page."""
        return [tag[attribute] for tag in self._tags if attribute in tag]

    def first(self, attribute: str) -> str | None:
        """The first of them: on an order's page, the order's own."""
        return next(iter(self.all(attribute)), None)

    def form(self, ending: str) -> Form:
        """The posting form whose action ends so."""
        posting = (form for form in self.forms if form.method == "post")
        return next(form for form in posting if form.action.endswith(ending))

    def texts(self, css_class: str) -> list[str]:
        """The text right inside each element of a class."""
        return re.findall(rf'class="{css_class}"[^>]*>([^<]*)<', self.text)

    @property
    def next_page(self) -> str:
        """The address of the page that follows in a list; empty on the last one."""
        return next((tag["href"] for tag in self._tags if tag.get("rel") == "next"), "")

    @property
    def exchanges(self) -> list[tuple[str, str]]:
        """Call and outcome of each exchange."""
        both = ("data-call", "data-outcome")
        return [(tag[both[0]], tag[both[1]]) for tag in self._tags if all(map(tag.get, both))]

    @property
    def claim(self) -> tuple[str | None, str | None, str | None]:
        """The order's own status, its source, and how far its money is proven."""
        own = next(tag for tag in self._tags if "data-status" in tag)
        return own["data-status"], own.get("data-source"), self.first("data-money")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._tags.append(values)
        name = values.get("name", "")
        if tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get")))
        elif tag == "select":
            self._select = name
        elif tag == "input" and name and self.forms:
            self._input(values)
        elif tag == "option" and self._select and self.forms:
            self._option(values)

    def _input(self, values: dict[str, str]) -> None:
        kind = values.get("type", "text")
        chosen = kind not in {"checkbox", "radio"} or "checked" in values
        if kind not in BUTTONS and chosen:
            self.forms[-1].fields[values["name"]] = values.get("value", "")

    def _option(self, values: dict[str, str]) -> None:
        if "selected" in values or self._select not in self.forms[-1].fields:
            self.forms[-1].fields[self._select] = values.get("value", "")
