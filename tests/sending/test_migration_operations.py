from __future__ import annotations

import ast
from pathlib import Path

from sending import migration_operations

ROOT = Path(migration_operations.__file__).parent.parent


def imported(path: Path) -> set[str]:
    """Return the modules that a file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def test_migrations_can_use_it_for_ever_because_it_uses_nothing_of_ours() -> None:
    assert {name.partition(".")[0] for name in imported(Path(migration_operations.__file__))} == {
        "__future__",
        "django",
        "typing",
    }


def test_only_migrations_use_it() -> None:
    users = {
        path.parent.name
        for path in (ROOT / "sending").rglob("*.py")
        if "sending.migration_operations" in imported(path)
    }
    assert users == {"migrations"}
