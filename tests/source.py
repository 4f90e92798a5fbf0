"""The program's own code as trees, read when a test asks for it: parsing all of it takes a second,
which nobody who only collects the tests should pay."""

import ast
from functools import cache
from pathlib import Path

APP = Path(__file__).parent.parent / "app"


@cache
def modules() -> dict[Path, ast.Module]:
    """Every file of the program but the migrations, which are history."""
    return {
        path: ast.parse(path.read_text("utf-8"))
        for path in sorted(APP.rglob("*.py"))
        if "versions" not in path.parts
    }


def modules_of(room: str) -> dict[Path, ast.Module]:
    """Those of one room."""
    return {path: tree for path, tree in modules().items() if path.is_relative_to(APP / room)}
