"""Tokens: what programs show instead of signing in.

Here: making and revoking them, and who is behind one. Not here: what each may ask for, which stands
with its address (`web.pages`), and the results that one brings (`copies`).
"""

from app.desk.tokens.tokens import (
    MadeToken,
    TokenDraft,
    TokenRefused,
    make_token,
    revoke_token,
    token_behind,
)

__all__ = [
    "MadeToken",
    "TokenDraft",
    "TokenRefused",
    "make_token",
    "revoke_token",
    "token_behind",
]
