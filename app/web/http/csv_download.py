"""A table as a CSV file that spreadsheets open as it is meant, streamed batch by batch."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from starlette.responses import StreamingResponse

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
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\r\n").writerows(map(_harmless, batch))
        yield lines.getvalue().encode("utf-8", "replace")


def _harmless(row: Row) -> list[Cell]:
    return [
        f"'{cell}" if isinstance(cell, str) and cell.startswith(_RUNS) else cell for cell in row
    ]
