"""Shops: the contracts with the gateway under which orders are made.

Here: adding and changing shops, the rules for what is typed, the sandbox's own shop and setting
its orders back. Not here: re-judging callbacks when a password changes (`callbacks.reverify`).
"""
