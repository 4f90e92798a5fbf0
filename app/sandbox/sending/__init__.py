"""Sending: what the gateway sends of its own accord.

Here: notifications and their repeats, results delivered to a client's RetURL on request, and which
hosts may be sent to. Not here: the result that a customer's browser carries (`customer`).
"""
