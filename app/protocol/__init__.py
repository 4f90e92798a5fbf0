"""The NET CASH / nanaco gift interface as pure, tabular code: no I/O, the standard library only.

Names are the protocol's own: parameters keep their spelling (`OrderID`, `ShopPass`), calls are
named after their addresses.
"""
