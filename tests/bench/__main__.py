"""`make bench`: every figure is a ratio to the least program that does the same one thing.

Both are measured in the same run on the same machine, taking turns, so that a slow machine
slows both. Prints a table and writes `bench.json` under DATA_DIR.
"""

import json
import sys
from dataclasses import asdict

from app.settings import load_settings
from tests.bench import (
    batches,
    beside,
    callbacks,
    feeds,
    judged,
    pages,
    sandbox,
    scale,
    search,
    start,
    texts,
    verdicts,
)
from tests.bench.measurement import Measurement

PARTS = {
    "start": start.measure,
    "texts": texts.measure,
    "pages": pages.measure,
    "scale": scale.measure,
    "sandbox": sandbox.measure,
    "callbacks": callbacks.measure,
    "judged": judged.measure,
    "verdicts": verdicts.measure,
    "beside": beside.measure,
    "feeds": feeds.measure,
    "search": search.measure,
    "batches": batches.measure,
}


def main(names: list[str]) -> int:
    """Run the parts named (all by default). Exit 1 when a target is missed."""
    results: list[Measurement] = []
    for name, measure in PARTS.items():
        if not names or name in names:
            for result in measure():
                print(result.line(), flush=True)  # noqa: T201
                results.append(result)
    target = load_settings().data_dir / "bench.json"
    target.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n")
    return 0 if all(result.holds is not False for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
