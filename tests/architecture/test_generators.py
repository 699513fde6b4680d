"""No generator stops inside a transaction of Django's: it may be collected in any thread, and would end that one's."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "blocklist", "config", "domains", "sending", "stats", "templates_app")


def stops_in_transaction(tree: ast.AST) -> Iterator[int]:
    """Yield the line of each transaction that a generator stops in; a context manager's is ended by its `with`."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        if any("contextmanager" in ast.unparse(decorator) for decorator in function.decorator_list):
            continue
        for block in ast.walk(function):
            if not isinstance(block, ast.With) or not any("atomic" in ast.unparse(item) for item in block.items):
                continue
            if any(isinstance(step, ast.Yield | ast.YieldFrom) for step in ast.walk(block)):
                yield block.lineno


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("def f():\n with transaction.atomic(), cursor() as c:\n  for row in c:\n   yield row", [2]),
        ("def f():\n with transaction.atomic():\n  pass\n yield 1", []),
        ("@contextmanager\ndef f():\n with transaction.atomic():\n  yield", []),
    ],
)
def test_such_generators_are_found(code: str, lines: list[int]) -> None:
    assert list(stops_in_transaction(ast.parse(code))) == lines


@pytest.mark.parametrize("app", APPS)
def test_no_generator_stops_inside_a_transaction(app: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / app).rglob("*.py"))
        for line in stops_in_transaction(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []
