"""What the code assumes about the gateway, collected from its `Assumed:` marks.

`python -m tests.assumptions` writes the table of INTERFACE.md anew; a test holds it there.
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "INTERFACE.md"
MARK = "Assumed: "
HEAD = "| Where | What is assumed |\n|---|---|\n"


@cache
def assumptions() -> Sequence[tuple[str, str]]:
    """Each assumption with the file that rests on it, in the order of the files."""
    return [
        (path.relative_to(ROOT).as_posix(), text)
        for path in sorted((ROOT / "app").rglob("*.py"))
        if MARK.strip() in path.read_text("utf-8")
        for text in dict.fromkeys(_marked(path))
    ]


def table() -> str:
    """The assumptions as the rows of a Markdown table."""
    return HEAD + "".join(f"| `{place}` | {text} |\n" for place, text in assumptions())


def _marked(path: Path) -> Iterator[str]:
    for text in (*_docstrings(path), *_comments(path)):
        for paragraph in text.split("\n\n"):
            _, mark, assumed = " ".join(paragraph.split()).partition(MARK)
            if mark:
                yield assumed[0].upper() + assumed[1:].replace("|", "\\|")


def _docstrings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield str(node.value.value)


def _comments(path: Path) -> Iterator[str]:
    """Blocks of comment lines that stand below each other."""
    with path.open("rb") as source:
        comments = [
            one for one in tokenize.tokenize(source.readline) if one.type == tokenize.COMMENT
        ]
    lines = {one.start[0]: one.string.removeprefix("#").strip() for one in comments}
    block: list[str] = []
    for number in sorted(lines):
        if number - 1 not in lines and block:
            yield "\n".join(block)
            block = []
        block.append(lines[number])
    yield "\n".join(block)


def written() -> str:
    """INTERFACE.md with the table as it should be."""
    text = DOCUMENT.read_text("utf-8")
    found = re.compile(re.escape(HEAD) + r"(?:\|.*\n)*")
    return found.sub(lambda _: table(), text)


if __name__ == "__main__":
    DOCUMENT.write_text(written(), "utf-8")
