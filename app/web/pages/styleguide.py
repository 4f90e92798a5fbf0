"""GET /patterns: every component at work on made-up data, to look at and to test."""

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.web.presentation import marks
from app.web.presentation.templates import page

_PAID = datetime(2026, 11, 24, 5, 3, 22, tzinfo=UTC)
_ORDERS = (
    ("A1001-2", 12000, "PAYSUCCESS", "callback", "reported", False),
    ("A1001-1", 198000, "PAYSUCCESS", "lookup", "confirmed", False),
    ("20261124-0007", 3980, "PAYFAIL", "callback", None, True),
    ("20261124-0006", 500, None, None, None, False),
)


async def styleguide(request: Request) -> Response:
    """Answer the page of components; it reads and changes nothing."""
    return page(request, "styleguide.html", _samples())


def _samples() -> dict[str, Any]:
    names = ("id", "amount", "status", "source", "money", "conflict")
    path = ("UNPROCESSED", "REQSUCCESS", "PAYSUCCESS")
    return {
        "marks": marks,
        "moments": {
            "paid": _PAID,
            "path": {
                status: _PAID + timedelta(seconds=40 * step - 80)
                for step, status in enumerate(path)
            },
        },
        "rows": [dict(zip(names, order, strict=True)) for order in _ORDERS],
        "body": "ShopID=tshop00000001&OrderID=ORDER-0001&Status=PAYSUCCESS&Memo=ポ掛".encode(
            "cp932"
        ),
        "strip": {
            "parts": (
                ("ShopID", "tshop00000001"),
                ("OrderID", "ORDER-0001"),
                ("Status", "PAYSUCCESS"),
                ("TranDate", "20260101123456"),
                ("ShopPass", None),
            ),
            "computed": "ee6ecf000321129164b6ffa04b75e25d",
            "received": "0d6c827b84e31b71b629bf84a2f17359",
        },
    }
