"""What the audit log calls the actions of all apps."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from accounts import audit_actions

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "blocklist", "config", "domains", "sending", "stats", "templates_app")


def logged() -> Iterator[tuple[str, list[str]]]:
    """Yield the action of every call of the audit log as it is written in the code, and the names of its details."""
    for path in (path for app in APPS for path in (ROOT / app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"audit.log", "audit.log_staff"}:
                details = [keyword.arg for keyword in node.keywords if keyword.arg]
                for action in (
                    [node.args[1].body, node.args[1].orelse] if isinstance(node.args[1], ast.IfExp) else [node.args[1]]
                ):
                    yield ast.unparse(action), details


def test_every_action_of_the_code_has_a_text() -> None:
    actions = [action for action, _details in logged()]
    assert len(actions) > 30
    for action in actions:
        # What an f-string fills in may be anything; its fixed beginning is the area.
        pattern = re.sub(r"\{.*?\}", "X", action.strip("f'\""))
        pattern = re.escape(pattern).replace("X", r"\w+")
        assert any(re.fullmatch(pattern, code) for code in audit_actions.TEXTS), action


def test_every_detail_of_the_code_has_a_name() -> None:
    assert {name for _action, details in logged() for name in details} - {
        "account",
        "ip",
    } <= audit_actions.DETAILS.keys()


def test_a_code_is_told_in_the_language_of_the_page() -> None:
    assert audit_actions.text_of("templates.approve") == "Template approved"
    with translation.override("zh-hans"):
        assert audit_actions.text_of("templates.approve") == "模板审核通过"


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert audit_actions.text_of("gone.act") == "gone.act"


@pytest.mark.parametrize(
    ("details", "text"),
    [
        ({}, ""),
        ({"after": "admin", "before": "operator"}, "before: operator, after: admin"),
        ({"records": {"mx": "passed", "spf": "wrong"}}, "DNS records: mx passed, spf wrong"),
        ({"networks": ["192.0.2.0/24", "192.0.3.0/24"]}, "allowed IP addresses: 192.0.2.0/24, 192.0.3.0/24"),
        ({"reason": "", "actions": [], "version": 3, "odd": 1}, "version: 3, odd: 1"),
    ],
)
def test_details_are_told_on_one_line(details: dict[str, object], text: str) -> None:
    assert audit_actions.details_text(details) == text
