"""Names a stranger can find: each class once, limits by one pattern, small modules, and no word the glossary has retired."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from config import translations

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "blocklist", "config", "domains", "sending", "stats", "templates_app")
MAX_LINES = 300
# Django finds these by their names.
FIXED = {"Command", "Migration"}


def modules() -> list[Path]:
    """Return the product's modules; migrations are written by Django and read by nobody."""
    return [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def identifiers(tree: ast.Module) -> Iterator[str]:
    """Return every name a module gives or uses."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name


def parts(identifier: str) -> set[str]:
    """Return the words of a name, in lower case: "QueueItem.next_ids" has queue, item, next and ids."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)}


def retired() -> list[str]:
    """Return the words of the glossary's last table."""
    table = (ROOT / "docs/glossary.md").read_text().partition("## Retired words")[2]
    rows = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")]
    return [word.strip() for row in rows[1:] for word in row.split(",")]


def test_each_top_level_class_name_is_used_once() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in modules():
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and node.name not in FIXED:
                places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_limits_are_named_max_and_min() -> None:
    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules()
        for name in identifiers(parsed(path))
        if (not name.istitle() and {"most", "least"} & parts(name)) or re.fullmatch(r"[A-Z_]+_(MAX|MIN)", name)
    }
    assert wrong == set()


def test_no_module_is_longer_than_a_reader_likes() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules()}
    assert {path: lines for path, lines in long.items() if lines > MAX_LINES} == {}


def test_a_module_s_logger_is_named_by_the_module() -> None:
    lines = {
        f"{path.relative_to(ROOT)}: {line}"
        for path in modules()
        for line in path.read_text().splitlines()
        if "getLogger" in line and line != "logger = logging.getLogger(__name__)"
    }
    assert lines == set()


def test_the_glossary_names_retired_words() -> None:
    assert {"door", "bell", "ledger", "parcel", "roof", "tongue"} <= set(retired())


def test_no_name_uses_a_retired_word() -> None:
    words = set(retired())
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules()
        for name in identifiers(parsed(path))
        if words & parts(name)
    }
    assert found == set()


@pytest.mark.parametrize("app", APPS)
def test_no_text_uses_a_retired_word(app: str) -> None:
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, retired())) + r")(?:s|ed|ing)?\b", re.IGNORECASE)
    assert [text for text in texts(app) if pattern.search(text)] == []


def texts(app: str) -> list[str]:
    """Return the English texts of an app that people read."""
    return sorted({text.msgid for text in translations.extract(app)})
