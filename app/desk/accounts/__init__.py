"""Accounts: the people who use the desk, and how they sign in.

Here: users, sessions, passwords, the throttle of refused sign-ins, and the first administrator.
Not here: which role may open which page (the routes table of `web`), and who did what (`audit`).
"""
