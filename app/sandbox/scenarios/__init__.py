"""Scenarios: what an OrderID's suffix, or an operator, makes the gateway do otherwise.

Here: the catalogue of scenarios and each one's effect on a call (`effects_on_calls`) or on the
payment and its result (`effects_on_payments`). Not here: carrying the effect out (`calls`,
`customer`).
"""
