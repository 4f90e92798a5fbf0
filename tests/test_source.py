"""What the program's own text holds nowhere, whoever writes in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache

from app.records.keys import new_secret
from tests.source import APP, modules

UNPACKS = {"pickle", "marshal", "shelve", "dill", "yaml", "xml", "lxml"}
"""What makes objects, or fetches what it names, out of bytes."""

RUNS = {"eval()", "exec()", "compile()", "__import__()"}

DRAW = {"records/keys.py", "web/http/request_id.py"}
"""Who may draw lots, beside the past that a demonstration makes up: the numbers of requests, and
the keys of that past. Neither keeps anybody out of anything."""


@cache
def used() -> Mapping[str, set[str]]:
    """By the place of each file: what it imports, and `call()` for each name that it calls."""
    return {str(path.relative_to(APP)): {*names(tree)} for path, tree in modules().items()}


def names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield f"{node.func.id}()"


def test_nothing_that_comes_in_becomes_an_object_or_a_program() -> None:
    assert {place for place, found in used().items() if found & (UNPACKS | RUNS)} == set()


def test_lots_are_drawn_for_nothing_that_is_secret() -> None:
    draw = {place for place, found in used().items() if "random" in found}
    assert {place for place in draw if not place.startswith("demo/")} == DRAW
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert min(map(len, secrets)) >= 43, "256 bits in base64"
