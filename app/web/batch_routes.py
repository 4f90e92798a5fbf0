"""The addresses of lookups of many: a part of the routes table."""

from app.desk.permissions import Permission
from app.web.http.routing import Route
from app.web.pages import batch_download, batches, disagreements

SEND = ("POST",)
READ, ACT = Permission.READ, Permission.ACT


def batch_routes() -> list[Route]:
    """All of them, in the order in which they are tried."""
    one = "/lookups/batches/{key}"
    return [
        Route("/lookups/batches", batches.index, "batches", permission=READ),
        Route("/lookups/batches", batches.begin, "batches-send", SEND, permission=ACT),
        Route("/lookups/disagreements", disagreements.index, "disagreements", permission=READ),
        Route(f"{one}.csv", batch_download.download, "batch-csv", permission=READ),
        Route(f"{one}/source", batch_download.source, "batch-source", permission=READ),
        Route(one, batches.show, "batch", permission=READ),
        Route(f"{one}/columns", batches.set_batch_columns, "batch-columns", SEND, permission=ACT),
        Route(f"{one}/starts", batches.start, "batch-start", SEND, permission=ACT),
        Route(f"{one}/pauses", batches.pause, "batch-pause", SEND, permission=ACT),
        Route(f"{one}/resumptions", batches.resume, "batch-resume", SEND, permission=ACT),
        Route(f"{one}/stops", batches.stop, "batch-stop", SEND, permission=ACT),
    ]
