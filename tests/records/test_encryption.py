"""Secrets at rest: the same looks different each time, and what was altered opens nothing."""

from __future__ import annotations

import pytest

from app.records.encryption import DecryptionFailed, EncryptedText


def test_equal_secrets_look_different_and_an_altered_one_opens_no_more() -> None:
    column = EncryptedText()
    sealed, again = (column.process_bind_param("Zq9!Zq9!", None) for _ in range(2))
    assert sealed is not None
    assert sealed != again
    assert column.process_result_value(sealed, None) == "Zq9!Zq9!"
    for at in (0, len(sealed) // 2, len(sealed) - 1):
        altered = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(DecryptionFailed):
            column.process_result_value(altered, None)
