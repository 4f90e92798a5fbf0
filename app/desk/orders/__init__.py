"""Orders: what an operator makes and looks at.

Here: creating and executing transactions, the OrderIDs they get, the payment link for the
customer, and what the pages of one order and the overview show. Not here: what may be done with an
order (`actions`), and what its status means (`status`).
"""
