"""What the pages for readers name is there: files, modules, make targets, commands, settings, actions, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from django.core.management import get_commands

from config.actions import ACTIONS
from config.rules import FIXED, Rules

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CODE = ("accounts", "blocklist", "config", "domains", "sending", "stats", "templates_app")
RULES = {f"SES_RULE_{rule.name.upper()}" for rule in fields(Rules) if rule.name not in FIXED}

_IN_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
# `sending/smtp/`, `tests/access/matrix.py`, `sending/acceptance/{envelope,content}.py`
_FOLDERS = "|".join((*CODE, "docs", "tests", r"\.ci"))
_PATH = re.compile(rf"(?<![\w./-])((?:{_FOLDERS})/[\w./{{}},*-]*)")
# `pyproject.toml`, `.env.example`, or the `api.py` of any app
_FILE = re.compile(r"(?<![\w./-])([A-Za-z][\w-]*\.(?:md|toml|txt|lock|py)|\.env\.example)\b")
# `sending.acceptance.accept`, `accounts.quota.take`
_DOTTED = re.compile(rf"\b((?:{'|'.join(CODE)})(?:\.[A-Za-z_]\w*)+)\b(?!/)")
_TARGETS = re.compile(r"\bmake ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)*)")
_COMMAND = re.compile(r"(?:manage\.py|ses-console) ([a-z_]+)")
_SETTING = re.compile(r"\b(SES_[A-Z_]*[A-Z]|SECRET_KEY|DATABASE_URL|EMBEDDED_PG_BIN)\b")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
# How code asks the environment for a setting.
_READ = re.compile(r"""(?:\benv\.\w+\(|\bos\.environ\.get\(|\bos\.environ\[)\s*["']([A-Z][A-Z0-9_]*)["']""")
_OFFERED = re.compile(r"^#([A-Z][A-Z0-9_]*)=", re.MULTILINE)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def shown_as_code(name: str) -> str:
    """Return what a page shows between backquotes and in blocks."""
    return "\n".join(_IN_CODE.findall(text_of(name)))


def expanded(path: str) -> Iterator[str]:
    """Yield the paths that "a/{b,c}.py" stands for."""
    head, brace, rest = path.partition("{")
    if not brace:
        yield path
        return
    choices, _, tail = rest.partition("}")
    for choice in choices.split(","):
        yield from expanded(head + choice + tail)


def is_there(dotted: str) -> bool:
    """Say whether "app.module.name" names a module, or something that a module defines."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        base = ROOT.joinpath(*parts[:end])
        source = base.with_suffix(".py") if base.with_suffix(".py").is_file() else base / "__init__.py"
        if source.is_file():
            names = parts[end:]
            return not names or bool(re.search(rf"^(?:async )?(?:def |class )?{names[0]}\b", source.read_text(), re.M))
    return False


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_a_page_names_is_there(name: str) -> None:
    code = shown_as_code(name)
    paths = {path.rstrip("/.") for found in _PATH.findall(code) for path in expanded(found)}
    assert sorted(path for path in paths if not any(ROOT.glob(path))) == []
    files = set(_FILE.findall(code))
    assert sorted(file for file in files if not any((ROOT / app / file).exists() for app in ("", *CODE))) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_module_and_function_a_page_names_is_there(name: str) -> None:
    assert [dotted for dotted in _DOTTED.findall(shown_as_code(name)) if not is_there(dotted)] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    folder = (ROOT / name).parent
    assert [link for link in _LINK.findall(text_of(name)) if not (folder / link).exists()] == []


@pytest.mark.parametrize("name", [*DOCUMENTS, ".ci/run"])
def test_every_make_target_a_page_names_is_there(name: str) -> None:
    text = text_of(name) if name == ".ci/run" else shown_as_code(name)
    named = {target for targets in _TARGETS.findall(text) for target in targets.split()}
    assert named - set(re.findall(r"^([a-z][a-z-]*):", text_of("Makefile"), re.MULTILINE)) == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_a_page_names_is_there(name: str) -> None:
    assert set(_COMMAND.findall(shown_as_code(name))) - set(get_commands()) - {"help"} == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_setting_a_page_names_is_in_the_example(name: str) -> None:
    offered = set(_OFFERED.findall(text_of(".env.example"))) | RULES
    assert set(_SETTING.findall(shown_as_code(name))) - offered == set()


def test_the_example_has_the_settings_that_the_code_reads_and_no_others() -> None:
    sources = [path for app in CODE for path in (ROOT / app).rglob("*.py") if "node_modules" not in path.parts]
    read = {name for path in sources for name in _READ.findall(path.read_text(encoding="utf-8"))}
    offered = set(_OFFERED.findall(text_of(".env.example")))
    assert offered - RULES == read


def test_the_readme_lists_the_actions_of_the_api() -> None:
    listed = text_of("README.md").partition("The actions of this release:")[2].partition(".\n")[0]
    assert set(re.findall(r"\w+", listed)) == set(ACTIONS)


def test_the_readme_says_what_is_needed_before_it_is_needed() -> None:
    readme = text_of("README.md")
    assert re.search(r"\d GB of free memory.*\d GB of\s+disk", readme)
    assert readme.index("pip install tencentcloud-sdk-python-ses") < readme.index("import credential")
    assert readme.index("createsuperuser") < readme.index("`/admin/`")
    assert "## Not there yet" in readme
    assert "see [LICENSE](LICENSE)" in readme
    # A bare `python` has none of the packages.
    assert re.findall(r"(?<![/\w])python3? manage\.py", readme) == []


def test_each_module_of_the_standards_names_one_of_its_documents() -> None:
    silent = []
    for row in text_of("docs/standards.md").splitlines():
        cells = row.split("|")
        if len(cells) < 4 or "RFC" not in cells[1]:
            continue
        numbers = re.findall(r"\b\d{4}\b", cells[1])
        for module in re.findall(r"`([\w/]+\.py)`", cells[2]):
            if not any(number in text_of(module) for number in numbers):
                silent.append(f"{module}: RFC {' or '.join(numbers)}")
    assert silent == []
