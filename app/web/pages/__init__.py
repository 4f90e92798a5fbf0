"""Pages: one file for each noun that has an address.

Here: endpoints. They read a form, ask the desk or a named query, and choose a template. Not here:
who may open them (`routes`), how a value reads (`presentation`), and any rule about money (`desk`).
"""
