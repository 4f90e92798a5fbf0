"""Secrets out of whatever leaves: logs, errors, exports and evidence all pass through `redacted`.

A secret is known in two ways: by what it is called (`ShopPass=…`), and by itself, since whoever
comes to hold one in clear says so (`hold`). By itself it is found however it is written.
"""

from app.redaction.hiding import MASK, redacted, redacted_values, replaced, without
from app.redaction.known import hold
from app.redaction.names import LOOSE, SECRETS

__all__ = ["LOOSE", "MASK", "SECRETS", "hold", "redacted", "redacted_values", "replaced", "without"]
