"""A module that calls itself pure is held to it by the contract in pyproject.toml."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
from grimp import ImportGraph
from importlinter import output

from tests.architecture.pure_modules import PureContract

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def pure_modules() -> set[str]:
    """Return the modules whose docstrings say that they are pure."""
    found = set()
    for app in SETTINGS["root_packages"]:
        for path in (ROOT / app).rglob("*.py"):
            text = ast.get_docstring(ast.parse(path.read_text())) or ""
            if re.search(r"\bpure\b", text, re.IGNORECASE):
                found.add(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return found


def contract() -> PureContract:
    options = {
        "modules": ["a.pure"],
        "forbidden": ["django"],
        "allowed": ["django.utils.translation", "django.utils.functional"],
    }
    return PureContract("pure", {"root_packages": ["a"]}, options)


def test_the_contract_names_the_modules_that_call_themselves_pure_and_no_others() -> None:
    (contract,) = [contract for contract in SETTINGS["contracts"] if contract["name"].startswith("Pure modules")]
    assert set(contract["modules"]) == pure_modules()
    assert contract["modules"] == sorted(contract["modules"])


@pytest.mark.parametrize(
    ("importer", "line", "kept"),
    [
        ("a.pure", "from django.utils.translation import gettext as _", True),
        ("a.pure", "from django.utils.functional import Promise", True),
        ("a.pure", "from django.db import connection", False),
        ("a.pure", "from django.conf import settings", False),
        # What a pure module imports is held to the same.
        ("a.lower", "from django.http import HttpRequest", False),
        ("a.other", "from django.db import models", True),
    ],
)
def test_the_contract_sees_what_is_imported_directly_and_through_others(importer: str, line: str, kept: bool) -> None:
    graph = ImportGraph()
    for name in ("a", "a.pure", "a.lower", "a.other"):
        graph.add_module(name)
    graph.add_module("django", is_squashed=True)
    graph.add_import(importer="a.pure", imported="a.lower")
    graph.add_import(importer=importer, imported="django", line_number=3, line_contents=line)
    check = contract().check(graph, verbose=False)
    assert check.kept is kept
    if not kept:
        assert check.metadata["found"] == [("a.pure", importer, 3, line)]


def test_a_broken_contract_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(output, "print_error", told.append)
    graph = ImportGraph()
    for name in ("a", "a.pure"):
        graph.add_module(name)
    graph.add_module("django", is_squashed=True)
    graph.add_import(importer="a.pure", imported="django", line_number=3, line_contents="import django")
    contract().render_broken_contract(contract().check(graph, verbose=False))
    assert told == ["a.pure reaches a.pure:3 import django"]
