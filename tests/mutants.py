"""Breaks the rules about money one at a time, and says which break no test notices.

`python -m tests.mutants [MODULE …]` prints the survivors and fails when one is not argued below.
Each break runs in a process of its own, forked from one that has the libraries loaded: the module
is imported with one expression changed, and the tests that ought to notice are run until one does.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 300
"""After so long a break counts as noticed: the tests hang on it."""

DESK = "tests/desk"
SETTLEMENTS = "tests/model/test_settlements.py"
SEQUENCES = ("tests/model/test_money_sequences.py", SETTLEMENTS)
GUARDS: Mapping[str, Sequence[str]] = {
    "app.protocol.statuses": ("tests/protocol/test_statuses.py", f"{DESK}/status"),
    "app.protocol.checkstring": ("tests/protocol",),
    "app.desk.status.groups": (f"{DESK}/status/test_groups.py", f"{DESK}/status/test_updates.py"),
    "app.desk.status.schedule": (f"{DESK}/status/test_schedule.py",),
    "app.desk.status.confirmation_policy": (f"{DESK}/status/test_confirmation_policy.py",),
    "app.desk.status.history": (*SEQUENCES, f"{DESK}/status", f"{DESK}/actions"),
    "app.desk.status.unproven": (f"{DESK}/status/test_unproven.py",),
    "app.records.attention": ("tests/records/test_attention.py",),
    "app.records.due": ("tests/records/test_due.py",),
    "app.desk.status.rules": (
        *SEQUENCES,
        f"{DESK}/status",
        f"{DESK}/gateway_calls",
        f"{DESK}/callbacks",
    ),
    "app.desk.status.snapshot": (
        *SEQUENCES,
        f"{DESK}/status",
        f"{DESK}/actions",
        f"{DESK}/gateway_calls",
        f"{DESK}/callbacks",
    ),
    "app.desk.status.updates": (
        *SEQUENCES,
        f"{DESK}/status",
        f"{DESK}/actions",
        f"{DESK}/gateway_calls",
        f"{DESK}/callbacks",
    ),
    "app.desk.status.believing": (SETTLEMENTS, f"{DESK}/actions/test_settle_conflict.py"),
    "app.desk.status.call_results": (f"{DESK}/status", f"{DESK}/gateway_calls"),
    "app.desk.actions.locks": (f"{DESK}/actions",),
    "app.desk.actions.next_steps": (f"{DESK}/actions",),
    "app.desk.actions.facts": (
        *SEQUENCES,
        f"{DESK}/actions",
        f"{DESK}/gateway_calls",
        f"{DESK}/orders",
    ),
    "app.desk.actions.settle_conflict": (
        *SEQUENCES,
        f"{DESK}/actions",
    ),
    "app.desk.actions.start_page": (
        f"{DESK}/actions/test_start_page.py",
        f"{DESK}/orders/test_payment_links.py",
    ),
    "app.desk.callbacks.queue": (f"{DESK}/callbacks/test_queue.py",),
    "app.desk.callbacks.ranking": (f"{DESK}/callbacks/test_ranking.py",),
    "app.desk.callbacks.customer_message": (
        f"{DESK}/callbacks",
        "tests/web/pages/test_return_page.py",
    ),
    "app.desk.gateway_calls.apply_answer": (
        *SEQUENCES,
        f"{DESK}/gateway_calls",
        f"{DESK}/orders",
        f"{DESK}/callbacks/test_first_met.py",
        f"{DESK}/actions",
    ),
}
"""The modules that decide about money, each with the tests that hold it."""

_ASKED_WHILE_UNKNOWN = (
    "asked only where the status is unknown since a known time: the rest is said for the reader"
)

ARGUED: Mapping[str, str] = {
    "app.protocol.checkstring md5_hex: False -> True": (
        "it matters only where the machine forbids MD5 for security; the interface prescribes it"
    ),
    "app.desk.actions.next_steps _out_of_step: lookup.asked_at < execution.asked_at"
    " -> lookup.asked_at <= execution.asked_at": (
        "two calls about one order are never asked in the same microsecond"
    ),
    "app.desk.status.rules OrderSnapshot.call_is_over:"
    " self.status is not None or self.since is None"
    " -> self.status is not None and self.since is None": _ASKED_WHILE_UNKNOWN,
    "app.desk.status.rules OrderSnapshot.call_is_over: True -> False": _ASKED_WHILE_UNKNOWN,
    "app.desk.status.snapshot disputed_since: order.conflict is None or order.conflict_at is None"
    " -> order.conflict is None and order.conflict_at is None": (
        "a conflict and its time are set and taken away together"
    ),
    "app.desk.status.history raised_before: order.conflict is None or order.conflict_at is None"
    " -> order.conflict is None and order.conflict_at is None": (
        "a conflict and its time are set and taken away together"
    ),
    "app.desk.actions.settle_conflict _kept: foreign and snapshot.access_id is None"
    " -> foreign or snapshot.access_id is None": (
        "only beside another trade, and where we hold none, does it matter whose word stands"
    ),
    "app.desk.callbacks.queue Load.is_rush: self._crowd - gone > limits.FEW"
    " -> self._crowd - gone >= limits.FEW": (
        "how many are left of a crowd that goes by and by is never a whole number for a moment"
    ),
    "app.desk.status.confirmation_policy schedule_waiting: at >= since -> at > since": (
        "a lookup is not asked in the very microsecond in which the report was heard"
    ),
}
"""Breaks that change nothing anybody could see, each with the reason."""

_OTHER: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}


class _Break(ast.NodeTransformer):
    """Changes the `number`-th place that can be changed; `said` tells what it did."""

    def __init__(self, number: int) -> None:
        self.left = number
        self.said: str | None = None
        self._inside: list[str] = []

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """What stands in the brackets of a type is no table."""
        if self._inside:
            self.generic_visit(node)
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        """How a row is kept is no rule about money."""
        if node.arg not in ("frozen", "slots"):
            self.generic_visit(node)
        return node

    def visit(self, node: ast.AST) -> ast.AST:
        scope = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if scope:
            self._inside.append(node.name)  # type: ignore[attr-defined]
        changed = next((one for one in _changes(node, bool(self._inside)) if self._is_it()), None)
        if changed is None:
            super().visit(node)
        else:
            where = ".".join(self._inside) or "table"
            self.said = f"{where}: {_told(node, changed)}"
        if scope:
            self._inside.pop()
        return node if changed is None else ast.fix_missing_locations(changed)

    def _is_it(self) -> bool:
        self.left -= 1
        return self.left == -1


def _changes(node: ast.AST, inside: bool) -> Iterator[ast.AST]:
    """Every way in which this node can be broken. Tables outside functions lose a row."""
    match node:
        case ast.Compare(left=left, ops=[op], comparators=comparators) if type(op) in _OTHER:
            yield ast.Compare(left, [_OTHER[type(op)]()], comparators)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            yield ast.BinOp(left, ast.Sub() if isinstance(op, ast.Add) else ast.Add(), right)
        case ast.Constant(value=bool() as value) if inside:
            yield ast.Constant(not value)
        case ast.IfExp(test=ast.Name() | ast.Attribute() | ast.Call() as test, body=b, orelse=o):
            yield ast.IfExp(ast.UnaryOp(ast.Not(), test), b, o)
        case ast.If(
            test=ast.Name() | ast.Attribute() | ast.Call() as test, body=body, orelse=orelse
        ):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.Tuple(elts=rows, ctx=ast.Load()) if not inside and _is_table(rows):
            yield from (ast.Tuple(rest, ast.Load()) for rest in _with_one_less(rows))
        case ast.List(elts=rows, ctx=ast.Load()) if not inside and _is_table(rows):
            yield from (ast.List(rest, ast.Load()) for rest in _with_one_less(rows))
        case ast.Set(elts=rows) if not inside and _is_table(rows):
            yield from (ast.Set(rest) for rest in _with_one_less(rows))
        case ast.Dict(keys=keys, values=values) if not inside:
            for number in range(len(keys)):
                yield ast.Dict(
                    keys[:number] + keys[number + 1 :], values[:number] + values[number + 1 :]
                )
        case _:
            return


def _is_table(rows: list[ast.expr]) -> bool:
    """Not a pair of a reason and its condition, of which half means nothing."""
    return len(rows) > 1 and not any(isinstance(row, ast.Lambda) for row in rows)


def _told(before: ast.AST, after: ast.AST) -> str:
    """What a break is, in one line: the row that is gone, or the expression and its change."""
    if isinstance(before, ast.If) and isinstance(after, ast.If):
        before, after = before.test, after.test
    rows = _rows(before)
    gone = [row for row in rows if row not in _rows(after)] if len(rows) > len(_rows(after)) else []
    return f"without {gone[0]}" if gone else f"{ast.unparse(before)} -> {ast.unparse(after)}"


def _rows(node: ast.AST) -> list[str]:
    match node:
        case ast.Tuple(elts=rows) | ast.List(elts=rows) | ast.Set(elts=rows):
            return [ast.unparse(row) for row in rows]
        case ast.Dict(keys=keys):
            return [ast.unparse(key) for key in keys if key]
        case _:
            return []


def _with_one_less(rows: list[ast.expr]) -> Iterator[list[ast.expr]]:
    return (rows[:number] + rows[number + 1 :] for number in range(len(rows)))


def broken(module: str, number: int) -> tuple[str, ast.Module] | None:
    """The module with its `number`-th break and what that is; None when it has fewer."""
    one = _Break(number)
    tree = ast.parse(_path(module).read_text("utf-8"))
    for node in tree.body:
        if not _is_words(node):
            one.generic_visit(ast.Module([node], []))
    return (f"{module} {one.said}", tree) if one.said else None


def _is_words(node: ast.stmt) -> bool:
    """Imports and the list of exported names decide nothing."""
    targets = getattr(node, "targets", [])
    exported = any(isinstance(one, ast.Name) and one.id == "__all__" for one in targets)
    return exported or isinstance(node, ast.Import | ast.ImportFrom)


def _path(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a changed tree."""

    def __init__(self, module: str, tree: ast.Module) -> None:
        self._module, self._tree = module, tree

    def find_spec(
        self, name: str, path: object, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self._module:
            return None
        return importlib.util.spec_from_loader(name, self, origin=str(_path(name)))

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._tree, str(_path(self._module)), "exec"), module.__dict__)


class _Noticing:
    """Runs first what has noticed other breaks, and writes down which test notices this one."""

    def __init__(self, known: Collection[str], told: Path) -> None:
        self._known, self._told = known, told

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Called by pytest with all the tests."""
        items.sort(key=lambda item: item.nodeid not in self._known)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest after each part of a test."""
        if report.failed:
            self._told.write_text(report.nodeid)


def _try(module: str, tree: ast.Module, noticing: _Noticing) -> int:
    """In a child: run the tests against the broken module. Exit 0: nobody noticed."""
    os.setsid()
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    sys.meta_path.insert(0, _Finder(module, tree))
    plain = (
        "-x",
        "-q",
        "--assert=plain",
        "-p",
        "no:cacheprovider",
        "-m",
        "not soak",
        "-k",
        "not postgresql",  # no database decides about a rule, and each would begin one
    )
    return int(pytest.main([*plain, *GUARDS[module]], plugins=[noticing]))


def _begin(module: str, tree: ast.Module, noticing: _Noticing) -> int:
    child = os.fork()
    if child == 0:
        code = 70
        with contextlib.suppress(BaseException):
            code = _try(module, tree, noticing)
        os._exit(code)
    return child


def _is_green(module: str) -> bool:
    """Whether the tests pass while nothing is broken: else they would seem to notice all."""
    tree = ast.parse(_path(module).read_text("utf-8"))
    child = _begin(module, tree, _Noticing((), Path(os.devnull)))
    return os.waitpid(child, 0)[1] == 0


class _Waiting(NamedTuple):
    """A break that is being tried: since when, and where is written which test notices it."""

    said: str
    began: float
    told: Path


def _survivors(module: str, folder: Path) -> Iterator[str]:
    """The breaks of one module that its tests do not notice."""
    waiting: dict[int, _Waiting] = {}
    known: dict[str, None] = {}
    number = 0
    while (one := broken(module, number)) or waiting:
        if one and len(waiting) < (os.cpu_count() or 1):
            said, tree = one
            told = folder / str(number)
            child = _begin(module, tree, _Noticing(known, told))
            waiting[child] = _Waiting(said, time.monotonic(), told)
            number += 1
            continue
        child, status = os.waitpid(-1, os.WNOHANG)
        if child:
            tried = waiting.pop(child)
            if tried.told.exists():
                known[tried.told.read_text()] = None
            if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
                yield tried.said
            continue
        for late, tried in waiting.items():
            if time.monotonic() - tried.began > SECONDS:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(late, signal.SIGKILL)
        time.sleep(0.05)


def main(modules: Sequence[str]) -> int:
    """Try every break of these modules (all by default). Exit 1 when one survives unargued."""
    import httpx  # noqa: F401  # loaded once, for every child
    import hypothesis  # noqa: F401
    import sqlmodel  # noqa: F401
    import starlette.applications  # noqa: F401

    unargued = 0
    for module in modules or GUARDS:
        if not _is_green(module):
            sys.exit(f"the tests of {module} fail although nothing is broken")
        with TemporaryDirectory() as folder:
            for said in _survivors(module, Path(folder)):
                reason = ARGUED.get(said)
                unargued += reason is None
                print(f"{'argued  ' if reason else 'SURVIVED'} {said}", flush=True)  # noqa: T201
    return 1 if unargued else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
