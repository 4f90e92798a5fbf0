"""Status: what an order's state means, and everything that changes it.

Here: the groups of statuses, what a report does to a claim (`rules`), when the next lookup is due
(`schedule`), what one exchange tells (`call_results`), and the one place that writes a claim
(`updates`). Not here: what a person may do next (`actions`), and whoever brings a report.
"""
