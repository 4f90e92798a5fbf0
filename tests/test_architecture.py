"""The picture of the house, asserted: an arrow points at what may be imported."""

import ast
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from tests.source import APP, modules

COMPOSITION = {
    "main",
    "cli",
    "cli_audit",
    "cli_import",
    "cli_keeping",
    "cli_people",
    "check",
    "sentences",
    "work",
    "demo",
    "__main__",
}
"""Where parts are put together: these may know every room, and no room knows them."""

MAY_IMPORT: dict[str, set[str]] = {
    "clock": set(),
    "addresses": set(),
    "redaction": set(),
    "protocol": {"redaction"},
    "logs": {"redaction"},
    "outgoing": {"protocol"},
    "gateway": {"protocol", "outgoing"},
    "records": {"protocol", "clock", "logs", "data_folder", "redaction"},
    "desk": {
        "protocol",
        "gateway",
        "outgoing",
        "records",
        "clock",
        "logs",
        "addresses",
        "redaction",
    },
    "web": {"protocol", "desk", "records", "clock", "logs", "addresses", "redaction"},
    "sandbox": {"protocol", "redaction"},
    "settings": {"protocol", "data_folder", "redaction"},
    "data_folder": set(),
    "server": {"logs", "addresses"},
}

STOREYS: dict[str, str] = {
    "desk": """
        jobs
        tour
        persons
        cases batches
        importing news
        books
        orders health
        notifications shops copies hand_on
        gateway_calls
        callbacks
        actions
        status live accounts tokens
        audit_teller bursts
        audit retention permissions case_watch
        context periodic validation_errors
    """,
    "web": """
        routes
        case_routes sandbox_routes settings_routes batch_routes
        pages
        http
        presentation
    """,
    "sandbox": """
        app
        automation
        operators
        commands
        customer clients
        calls sending
        addresses
        context
        store
        scenarios
    """,
}
"""Inside a large room, from the roof down: who stands on a storey may import from those below."""


def test_a_room_imports_only_what_the_picture_allows() -> None:
    arrows = {
        f"{path.relative_to(APP)} imports {room}"
        for path in modules()
        for room in _rooms_imported(path)
        if _room_of(path) not in COMPOSITION and room not in MAY_IMPORT.get(_room_of(path), set())
    }
    assert not arrows


def test_nothing_imports_the_composition() -> None:
    arrows = {path for path in modules() if _rooms_imported(path) & COMPOSITION}
    assert {path for path in arrows if _room_of(path) not in COMPOSITION} == set()


def test_inside_a_large_room_imports_point_downwards() -> None:
    arrows = {
        f"{path.relative_to(APP)} imports {part} of {room}"
        for room, drawing in STOREYS.items()
        for path in modules()
        if _room_of(path) == room and len(path.relative_to(APP).parts) > 1
        for part in _parts_imported(path, room)
        if not _is_below(drawing, part, _part_of(path))
    }
    assert not arrows


def test_the_protocol_knows_only_the_standard_library() -> None:
    for path in modules():
        if _room_of(path) == "protocol":
            assert _tops(path) - {"app"} <= sys.stdlib_module_names, path


def test_the_sandbox_knows_no_library_of_the_dashboard() -> None:
    for path in modules():
        if _room_of(path) == "sandbox":
            assert not _tops(path) & {"sqlmodel", "sqlalchemy", "httpx"}, path


def test_files_can_be_read_in_a_sitting() -> None:
    assert not {path for path in modules() if len(path.read_text("utf-8").splitlines()) > 300}


def _room_of(path: Path) -> str:
    return path.relative_to(APP).parts[0].removesuffix(".py")


def _part_of(path: Path) -> str:
    return path.relative_to(APP).parts[1].removesuffix(".py")


def _rooms_imported(path: Path) -> set[str]:
    return {parts[1] for parts in _own(path)} - {_room_of(path)}


def _parts_imported(path: Path, room: str) -> set[str]:
    return {parts[2] for parts in _own(path) if parts[1] == room and len(parts) > 2}


def _own(path: Path) -> Iterable[list[str]]:
    return (name.split(".") for name in _names(path) if name.startswith("app."))


def _tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in _names(path)}


@cache
def _names(path: Path) -> tuple[str, ...]:
    return tuple(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(modules()[path]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_below(drawing: str, lower: str, upper: str) -> bool:
    """Whether one part stands below another, or is it, or is no part but a name of the room."""
    level = {
        part: number for number, line in enumerate(drawing.splitlines()) for part in line.split()
    }
    assert upper == "__init__" or upper in level, f"{upper} has no place in the picture"
    return lower == upper or lower not in level or level[lower] > level[upper]
