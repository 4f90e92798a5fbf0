"""Cases: investigations of orders from the first call to the printed proof.

Refunds are documented here by two people and performed elsewhere: the gateway has no such call.
"""
