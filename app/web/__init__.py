"""The web: the dashboard's pages over the desk. `routes` is the whole table of addresses."""
