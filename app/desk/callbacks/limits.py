"""Every limit of the intake, in one table: its unit, what it bounds, and how it was measured.

"Benchmark" is `.venv/bin/python -m tests.bench callbacks`: 16 connections on two cores, SQLite, as
a share of the floor, the least program that commits one row a request. "Verdicts" is its part of
that name. A choice was not measured: it is somebody's patience or a promise, and may be changed for
a better reason.
"""

PATIENCE = 3.0
"""Seconds a customer waits at most: as long as it helps them. A choice."""

RUSH = 250
"""Callbacks a second; more are a rush. A promise: 200 a second read their verdict. Benchmark: where
no rush is ever known, half of the callbacks in the same time."""

CROWD = 125
"""Callbacks that may be there beyond those before it is a rush. A promise: 100 in one instant read
their verdict. Benchmark: a rush is known for one within a tenth of a second."""

FEW = 25
"""Of those, how many are left when a rush is over. A choice: it outlasts 0.4 seconds without any,
as on a slow machine, and at 200 a second it is over in two."""

BATCH = 50
"""Callbacks verified in one transaction, behind which rows just received wait. Measured: 6 ms and
0.25 ms each of CPU, so 20 ms; in batches of 4 each costs more than four times as much."""

RUSH_BATCH = 4
"""The same in a rush. Bounds how much longer than usual an answer takes: 3 ms in place of 20,
which is the p99 of callbacks; their rate is the same for both."""

REST = 39
"""Times as long as it has worked that verifying rests in a rush: it gets a fortieth of the time.
Benchmark: at 9 the rate is the same within what could be told, at 0 it is that of no rush."""

BESIDE_A_BODY = 2048
"""Bytes that a row takes on the disk beside its body. Measured: 1.6 KiB with a browser's headers,
and what the indexes hold of it."""

KEYS_IN_MEMORY = 20_000
"""Keys queued in memory of each rank; the others are left to the table. Bounds memory: 100 bytes
each are 6 MB. Computed."""

SHOPS_KNOWN_FOR = 10.0
"""Seconds after which the shops are read again of which a quick look knows the passwords. A choice:
a new shop's results are judged as soon as any until then."""

SIGNATURES_KNOWN = 20_000
"""CheckStrings that are remembered, so that the same result again is not judged first again. Bounds
memory: 150 bytes each are 3 MB. Computed."""

LEFT_AFTER = 5.0
"""Seconds until a callback counts as left by whoever received it, and is anybody's. A choice: more
than PATIENCE, for who waits has it from its receiver, and a short rush is over by then."""

LEFT_REST = 0.25
"""Times as long as it has worked that catching up rests where there is no rush. A choice: another
process that waits for SQLite's lock looks for it now and then, and finds it."""

LEFT_BYTES = 64 * 1024
"""Bytes of the bodies that catching up takes at once, where it is more than one. Bounds how long it
keeps the lock: the worst body of that size takes 20 ms to be read. Measured."""

OVERDUE = 20.0
"""Seconds that a callback has waited when catching up takes, even in a rush, half of the time; it
takes the less of it, the later the oldest came. A choice: below the half minute that is promised,
so that a short rush is answered first and judged afterwards, and a lasting one as it comes in."""

CATCH_UP_EVERY = 1.0
"""Seconds between two looks for what was left. A choice."""

TRIES = 3
"""Times that judging a callback that was left may fail by its own fault until it is set aside. A
choice."""

AGAIN_AFTER = 1.0
"""Seconds until noting what was lost is tried again when nothing can be written. A choice."""

UNSTORED_KEYS = 100_000
"""Keys kept of callbacks whose storing failed, to see later which of them are there all the same.
Bounds memory: 100 bytes each are 10 MB. Computed."""
