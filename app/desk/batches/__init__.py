"""Batches: lookups of many orders out of somebody's list or book, judged first and asked later.

Here: reading the list (`lines`, `columns`, `cells`, `reading`), judging it before anything is sent
(`judging`), what a person does with a batch (`deeds`), asking item by item (`runner`), what each
row comes to (`verdicts`) and what the page shows (`batch_view`). Not here: one lookup
(`gateway_calls`).
"""
