"""The shape of the project, held by tests."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = {"config", "accounts", "domains", "templates_app", "sending", "stats", "blocklist", "tests", "docs"}
VAGUE = {"utils.py", "helpers.py", "managers.py", "manager.py", "common.py", "service.py", "services.py", "misc.py"}
MADE = {"node_modules", "var", "build", "dist", "ses_console.egg-info"}


def ours(pattern: str):
    for path in ROOT.rglob(pattern):
        parts = path.relative_to(ROOT).parts
        if not (set(parts) & MADE) and not parts[0].startswith("."):
            yield path


def test_top_level_folders_are_the_agreed_ones():
    found = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert found - MADE - {"__pycache__"} == FOLDERS


def test_no_module_has_a_name_that_says_nothing():
    assert [path for path in ours("*.py") if path.name in VAGUE] == []


def test_templates_hold_no_inline_script_or_style():
    """The Content Security Policy would refuse them, silently."""
    broken = []
    for path in ours("*.html"):
        if "node_modules" in path.parts or path.is_relative_to(ROOT / "tests"):
            continue
        text = path.read_text()
        for bad in (' style="', "<style", " onclick=", " onload=", " onchange=", "javascript:"):
            if bad in text.lower():
                broken.append((str(path.relative_to(ROOT)), bad))
    assert broken == []
