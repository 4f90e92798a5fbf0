"""Presentation: words, numbers and times as people read them.

Here: the languages (`i18n`), the label of every enum (`labels`), dates and amounts (`formats`), the
sentence for a field at fault, and the Jinja environment (`templates`). Not here: what a page shows
(`pages`), and anything that reads a table.
"""
