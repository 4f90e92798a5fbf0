"""Every limit of the intake, in one table: its unit, what it bounds, and how it was measured."""

READING = 500
"""Bodies read at once. Bounds memory: 64 KiB each, so 32 MiB."""

SEATS = 8
"""Customers who wait for a verdict at once; the others read "being confirmed"."""

PATIENCE = 1.0
"""Seconds a customer waits at most."""

SPAN = 0.2
"""Seconds in which arrivals are counted."""

RUSH = 50
"""Arrivals in a span; more are a rush."""

BATCH = 50
"""Callbacks verified in one transaction: rows just received wait behind it."""

RUSH_BATCH = 4
"""The same in a rush."""

REST = 39
"""Times as long as it has worked that verifying rests in a rush."""

KEYS_IN_MEMORY = 5_000
"""Keys queued in memory; the others are read from the table when these are done."""

AGAIN_AFTER = 1.0
"""Seconds until verifying, or noting what was lost, is tried again when nothing can be written."""
