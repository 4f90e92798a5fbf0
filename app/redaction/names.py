"""The parameters of the interface that are secrets, and how a text calls one by its name."""

from __future__ import annotations

import re

SECRETS = {"shoppass": "ShopPass", "accesspass": "AccessPass", "token": "Token"}  # nosec B105 # a parameter's name
"""The parameters that are never shown, by their lower-cased names."""

LOOSE = re.compile(
    r"""((?:shoppass|accesspass|token)["'\s]*(?:=>|[=:>]|%3[ad]|[^<>&]{0,80}\bvalue\s*=)["'\s]*)"""
    r"""[^\s&"'<>,;|]+""",
    re.IGNORECASE,
)
"""A secret's name and value outside of any form: in JSON, a log line, a page of HTML."""
