"""Status: what an order's state means, and everything that changes it.

Here: the groups of statuses and where an order stands (`groups`), what a report does to a claim
(`rules`, by what `snapshot` gathers), when the desk itself asks (`schedule`), what one exchange
tells (`call_results`), what believing it means for the trade we hold (`believing`), the only place
that writes a claim (`updates`, and `history` beside it), and a shop's new policy
(`confirmation_policy`). Not here: what a person may do next (`actions`), and whoever brings a
report.
"""
