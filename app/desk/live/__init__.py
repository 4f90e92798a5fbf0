"""Live: what is new since a page was shown, for the pages that follow along.

Here: one feed for each process, and how far a reader has got. Not here: how a row looks (`web`),
and what happened to make it news (`callbacks`, `notifications`).
"""
