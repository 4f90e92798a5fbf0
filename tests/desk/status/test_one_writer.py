"""Two files write what is held of an order's state. Read off the code, not off its behaviour."""

import ast
from collections.abc import Iterator

import pytest

from tests.source import APP, modules, modules_of

DESK = APP / "desk"
WRITERS = {DESK / "status" / "updates.py", DESK / "status" / "report_batch.py"}

CLAIM = {"status", "source", "confirmed_at", "lookup_due_at"}
ONLY_AN_ORDER_HAS = {"confirmed_at", "lookup_due_at"}
NOT_ORDERS = {"batch", "callback", "change", "exchange", "notice", "notification"}
"""The names of other rows that have a status or a source of their own."""

ROWS_OF_THEIR_OWN = {
    DESK / "batches" / "judging.py",
    DESK / "persons" / "without.py",
    DESK / "persons" / "erasing.py",
}
"""One writes the lines of a shop's book, which have a status of theirs. The others write rows of
every kind without a person: `test_erasing` holds that an order's claim stays."""

WRITES_AN_ORDER = {"move_claim", "move_in_memory", "write_moves", "update"}
"""Functions that write an order's columns by their names, where a file knows of orders."""


def written(tree: ast.AST) -> Iterator[str]:
    """Each place that assigns a column of the claim, names it as a new value, or may write it."""
    of_orders = any(
        isinstance(node, ast.alias) and node.name in {"Order", "move_claim"}
        for node in ast.walk(tree)
    )
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(ctx=ast.Store(), attr=name, value=owner) if name in CLAIM:
                if name in ONLY_AN_ORDER_HAS or ast.unparse(owner) not in NOT_ORDERS:
                    yield f"{node.lineno}: {ast.unparse(node)} ="
            case ast.Dict(keys=keys):
                named = {str(key.value) for key in keys if isinstance(key, ast.Constant)}
                yield from (f"{node.lineno}: {{{name}: …}}" for name in named & CLAIM)
            case ast.Subscript(ctx=ast.Store(), slice=ast.Constant(value=name)) if name in CLAIM:
                yield f"{node.lineno}: {ast.unparse(node)} ="
            case ast.Call(func=ast.Name(id="Order") | ast.Attribute(attr="values")):
                given = {keyword.arg for keyword in node.keywords} & CLAIM
                yield from (f"{node.lineno}: {name}=" for name in given)
            case ast.Call(func=ast.Name(id="setattr")):
                yield f"{node.lineno}: {ast.unparse(node)}"
            case ast.ImportFrom(names=names) if of_orders:
                loaded = {alias.name for alias in names} & WRITES_AN_ORDER
                yield from (f"{node.lineno}: imports {name}" for name in loaded)


def test_only_the_updates_write_an_orders_status_source_confirmation_and_next_lookup() -> None:
    found = {
        f"{path.relative_to(DESK)}:{place}"
        for path, tree in modules_of("desk").items()
        if path not in WRITERS | ROWS_OF_THEIR_OWN
        for place in written(tree)
    }
    assert found == set()


def test_no_page_writes_a_column_of_the_claim() -> None:
    found = {
        f"{path.name}:{node.lineno}"
        for path, tree in modules_of("web").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if node.attr in CLAIM or ast.unparse(node.value) == "order"
    }
    assert found == set()


@pytest.mark.parametrize(
    "line",
    [
        "order.lookup_due_at = now()",
        "locked.status = 'PAYSUCCESS'",
        "order.status, order.source = status, source",
        "fresh.confirmed_at: object = None",
        "values = {'status': status}",
        "values['lookup_due_at'] = None",
        "order = Order(status=UNKNOWN)",
        "query.values(source=None)",
        "setattr(order, name, value)",
        "from app.records.claims import Move, move_claim",
    ],
)
def test_each_way_to_write_it_is_seen(line: str) -> None:
    assert list(written(ast.parse(line)))


def test_the_writers_themselves_are_seen() -> None:
    assert sum(len(list(written(modules()[writer]))) for writer in WRITERS) > 5
