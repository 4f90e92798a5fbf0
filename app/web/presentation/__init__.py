"""Presentation: words, numbers and times as people read them.

Here: what each value is called (`labels`), its badge (`marks`), what became of a call (`outcomes`)
or a callback (`callbacks`), what is wrong with a field (`field_errors`), money and times
(`formats`); the `filters` by which templates ask for all of it, and the Jinja environment
(`templates`). Not here: the catalogues (`app/protocol/words.py` reads them), and what a page shows
(`pages`).
"""
