"""A table as a CSV file that spreadsheets open as it is meant, streamed batch by batch."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from starlette.responses import StreamingResponse

from app.redaction import redacted, redacted_values

Cell = str | int | None
Row = Sequence[Cell]

_RUNS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula, whoever wrote it."""


def csv_download(name: str, batches: Iterable[Iterable[Row]]) -> StreamingResponse:
    """The rows as a download of this name. Each batch is asked for once the last one has gone."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_text(batches), media_type="text/csv; charset=utf-8", headers=headers)


def _text(batches: Iterable[Iterable[Row]]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf"
    for batch in batches:
        rows = [_harmless(row) for row in batch]
        texts = "\n".join(cell for row in rows for cell in row if isinstance(cell, str))
        # Cell by cell only where there is a secret at all: a file has a million cells.
        if redacted(texts) != texts:
            rows = redacted_values(rows)
        yield _lines(rows).encode("utf-8", "replace")


def _lines(rows: Iterable[Row]) -> str:
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return lines.getvalue()


def _harmless(row: Row) -> list[Cell]:
    return [
        f"'{cell}" if isinstance(cell, str) and cell.startswith(_RUNS) else cell for cell in row
    ]
