"""The import picture of the house, asserted: an arrow points at what may be imported."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).parent.parent / "app"

COMPOSITION = {"main", "cli", "work", "demo", "__main__"}
"""Where parts are put together: these may know every room."""

MAY_IMPORT: dict[str, set[str]] = {
    "clock": set(),
    "protocol": set(),
    "gateway": {"protocol"},
    "records": {"protocol", "clock"},
    "desk": {"protocol", "gateway", "records", "clock"},
    "web": {"protocol", "desk", "records", "clock"},
    "sandbox": {"protocol"},
    "settings": set(),
    "server": set(),
}


def room_of(path: Path) -> str:
    return path.relative_to(APP).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_imported(path: Path) -> set[str]:
    names = (name.split(".") for name in imports_of(path) if name.startswith("app."))
    return {parts[1] for parts in names} - {room_of(path)}


MODULES = sorted(path for path in APP.rglob("*.py") if "versions" not in path.parts)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(APP)))
def test_a_room_imports_only_what_the_picture_allows(path: Path) -> None:
    room = room_of(path)
    if room in COMPOSITION or room == "__init__":
        return
    assert rooms_imported(path) <= MAY_IMPORT[room]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(APP)))
def test_nothing_imports_the_composition(path: Path) -> None:
    if room_of(path) not in COMPOSITION:
        assert not rooms_imported(path) & COMPOSITION


def test_the_protocol_knows_only_the_standard_library() -> None:
    for path in MODULES:
        if room_of(path) != "protocol":
            continue
        foreign = {name.split(".")[0] for name in imports_of(path)} - {"app"}
        assert foreign <= sys.stdlib_module_names, path


def test_the_sandbox_knows_no_database_library_of_the_dashboard() -> None:
    for path in MODULES:
        if room_of(path) == "sandbox":
            tops = {name.split(".")[0] for name in imports_of(path)}
            assert not tops & {"sqlmodel", "sqlalchemy", "httpx"}, path


def test_files_can_be_read_in_a_sitting() -> None:
    long = {
        str(path): size
        for path in MODULES
        if (size := len(path.read_text("utf-8").splitlines())) > 300
    }
    assert not long
