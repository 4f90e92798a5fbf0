"""Automation: the same sandbox as JSON, with the sandbox key, and its description."""
