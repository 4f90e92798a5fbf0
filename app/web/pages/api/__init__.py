"""What programs ask: JSON, with a token in place of a sign-in. No answer holds a secret.

`models` are what is answered, and `openapi` is made from the same; `answers` is how it leaves.
"""
