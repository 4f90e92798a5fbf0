"""HTTP: what stands between the socket and a page.

Here: who may pass (`guard`, `csrf`, `routing`), what a request says of itself (`requests`,
`forwarded`, `cookies`, `environments`), the headers of every answer, errors as answers, static
files, and the fast path for callbacks. Not here: any page, and any word that a person reads.
"""
