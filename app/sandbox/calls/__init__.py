"""Calls: the four addresses that a merchant's server asks (Interface 2 and 3).

Here: reading a body with every liberty a client takes, the endpoints, what EntryTran, ExecTran and
SearchTradeMulti do to a trade, and misanswers. Not here: the customer's pages.
"""
