"""Health: how the desk itself stands, for whoever runs it.

Here: what is looked at and what is said of it (`conditions`), the heartbeat of a process, which is
a real write (`heart`), and whether the desk can serve at all (`readiness`). Not here: how the
orders stand (`orders.overview`).
"""
