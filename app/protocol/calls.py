"""The four addresses of the interface."""

from __future__ import annotations

from enum import StrEnum


class Call(StrEnum):
    """An address the gateway answers at, named as the interface names it."""

    ENTRY = "EntryTranNetcash"  # Interface 2.1.2.1
    EXEC = "ExecTranNetcash"  # Interface 2.1.2.2
    START = "NetCashStart"  # Interface 2.1.2.3, called by the customer's browser
    SEARCH = "SearchTradeMulti"  # Interface 3.1.2.1

    @property
    def path(self) -> str:
        """The path below the gateway's host."""
        return f"/payment/{self.value}.idPass"
