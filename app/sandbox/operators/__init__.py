"""Operators: the control panel, the guide for merchant engineers, and who may use them.

Not here: what a command does (`commands`), and the automation's JSON.
"""
