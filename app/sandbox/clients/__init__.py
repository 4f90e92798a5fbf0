"""Clients under test: what a merchant's own client got right and wrong.

Here: the checks on its requests, the findings in words, and the readiness sheet. Not here: the
pages that show them (`operators`).
"""
