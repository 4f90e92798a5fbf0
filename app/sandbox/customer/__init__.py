"""The customer: NetCashStart, the payment page, and the result that goes to RetURL.

Here: what a customer sees and does, and the signed callback. Not here: notifications from server
to server (`sending`).
"""
