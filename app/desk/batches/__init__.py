"""Batches: lookups of many orders out of somebody's list or book, judged first and asked later.

Here: judging a list before anything is sent (`judging`), what a person does with a batch (`deeds`),
asking item by item (`runner`, `answers`), what each row comes to (`verdicts`) and what the page
shows (`batch_view`). Not here: reading the list (`books`), one lookup (`gateway_calls`).
"""
