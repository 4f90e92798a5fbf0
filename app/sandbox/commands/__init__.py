"""Commands: what may be done to the sandbox from outside, by hand or by machine.

Here: one table of commands with their fields, for the control panel and the automation alike. Not
here: who may give them (`operators.auth`), and how they are shown.
"""
