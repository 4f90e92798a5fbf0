"""Gateway calls: asking the gateway, by a person's wish or when a lookup is due.

Here: the intent that is committed before it leaves (`outgoing`), sending and completing it
(`send`), what an answer does to its order (`apply_answer`), lookups asked by people (`lookups`)
and by the desk itself (`scheduled_lookups`). Not here: the conversation over HTTP
(`app.gateway`), and what a status report changes (`status`).
"""
