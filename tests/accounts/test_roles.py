from __future__ import annotations

import pytest

from accounts.roles import RIGHTS, STAFF_RIGHTS, Role, holders


def test_every_role_has_rights() -> None:
    assert set(RIGHTS) == set(Role.values)


def test_reviewers_decide_and_authors_do_not() -> None:
    assert [role for role in Role if "templates.review" in RIGHTS[role]] == [Role.REVIEWER]
    assert "templates.edit" not in RIGHTS[Role.REVIEWER]


@pytest.mark.parametrize("right", ["users.manage", "keys.manage", "audit.view", "account.edit"])
def test_people_keys_and_audit_are_the_admins(right: str) -> None:
    assert [role for role in Role if right in RIGHTS[role]] == [Role.ADMIN]


def test_analysts_change_nothing() -> None:
    assert {right for right in RIGHTS[Role.ANALYST] if not right.endswith(".view")} == {"exports.make"}


def test_staff_holds_every_right_and_one_more() -> None:
    assert set().union(*RIGHTS.values()) | {"platform.manage"} == STAFF_RIGHTS


def test_a_refusal_can_name_whom_to_ask() -> None:
    assert holders("templates.review") == "Reviewer"
    assert holders("exports.make") == "Operator or Analyst or Admin"
    assert holders("platform.manage") == ""
