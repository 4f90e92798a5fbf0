"""The store: what the simulated gateway knows, in one SQLite file.

Here: the one thread that writes it, its tables, trades, shops, the journal of requests, the clock
and waiting faults, and the rules that every change of a trade keeps. Not here: HTTP, and what a
scenario changes (`scenarios`).
"""
