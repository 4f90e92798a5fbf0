"""Books: lists of orders as people keep them, read whatever wrote them.

A text becomes lines of cells (`lines`), a first line and what stands below it say which column is
what (`columns`), a cell becomes an OrderID, an amount or a status (`cells`), and so a book becomes
its lines (`reading`). Nothing here asks the database or the gateway. What is done with a book:
`batches` asks about its orders, `importing.book` lets it say what each was to pay.
"""
