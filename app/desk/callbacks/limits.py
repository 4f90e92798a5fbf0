"""Every limit of the intake, in one table: its unit, what it bounds, and how it was measured.

"Benchmark" is `.venv/bin/python -m tests.bench callbacks`: 16 connections on two cores, SQLite, as
a share of the floor, the least program that commits one row a request. A choice was not measured:
it is somebody's patience or a promise, and may be changed for a better reason.
"""

SEATS = 8
"""Customers who wait for a verdict at once; the others read "being confirmed". A choice: what one
transaction verifies in 5 ms."""

PATIENCE = 1.0
"""Seconds a customer waits at most. A choice."""

SPAN = 0.2
"""Seconds in which arrivals are counted. A choice: a rush is known for one within so long."""

RUSH = 50
"""Arrivals in a span; more are a rush, that is 250 a second. Benchmark: where no rush is ever
known, 0.18 of the floor in place of 0.36."""

BATCH = 50
"""Callbacks verified in one transaction, behind which rows just received wait. Computed: 0.5 ms
each, so 25 ms; in batches of 4 each costs nearly twice as much."""

RUSH_BATCH = 4
"""The same in a rush. Bounds how much longer than usual an answer takes: 3 ms in place of 25,
which is the p99 of callbacks; their rate is the same for both."""

REST = 39
"""Times as long as it has worked that verifying rests in a rush: it gets a fortieth of the time.
Benchmark: at 9 the rate is the same within what could be told, at 0 it is that of no rush."""

KEYS_IN_MEMORY = 5_000
"""Keys queued in memory; the others are read from the table when these are done. Bounds memory:
100 bytes each are 0.5 MB. Computed."""

AGAIN_AFTER = 1.0
"""Seconds until verifying, or noting what was lost, is tried again when nothing can be written.
A choice."""
