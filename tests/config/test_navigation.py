from __future__ import annotations

import pytest
from django.utils import translation

from accounts.roles import STAFF_RIGHTS, Role
from config import navigation
from tests import factories

pytestmark = pytest.mark.django_db


def labels(role: str) -> list[str]:
    return [
        item.label for group in navigation.groups(factories.caller(factories.account(), role)) for item in group.items
    ]


def test_every_entry_asks_for_a_right_that_exists() -> None:
    assert [entry.label for entry in navigation.ENTRIES if entry.right not in STAFF_RIGHTS] == []


def test_roles_see_their_own_pages() -> None:
    assert {"Users and Roles", "API Keys", "Audit Log"} <= set(labels(Role.ADMIN))
    for role in (Role.OPERATOR, Role.REVIEWER, Role.ANALYST):
        assert not {"Users and Roles", "API Keys", "Audit Log"} & set(labels(role))


def test_a_page_that_is_not_built_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = navigation.NavigationEntry("", "Later", "nowhere:later", "overview.view", "clock")
    monkeypatch.setattr(navigation, "ENTRIES", (entry,))
    assert labels(Role.ADMIN) == []


def test_the_navigation_speaks_the_language_of_the_page() -> None:
    caller = factories.caller(factories.account(), Role.OPERATOR)
    with translation.override("zh-hans"):
        told = [(group.label, [str(item.label) for item in group.items]) for group in navigation.groups(caller)]
    assert told[:3] == [
        ("", ["概览"]),
        ("配置", ["发信域名", "发信地址", "邮件模板"]),
        ("邮件发送", ["邮件发送", "邮箱模拟器"]),
    ]


def test_a_badge_counts_for_those_who_may_act_alone() -> None:
    account = factories.account()
    reviewer, analyst = factories.caller(account, Role.REVIEWER), factories.caller(account, Role.ANALYST)
    template = factories.template(account)
    template.reviews.create(account=account, version=template.latest, state="waiting", submitted_by="ann@example.test")
    assert navigation.waiting_reviews(reviewer) == 1
    assert navigation.waiting_reviews(factories.caller(factories.account(), Role.REVIEWER)) == 0
    assert [item.badge for group in navigation.groups(analyst) for item in group.items if item.badge] == []


def test_no_two_pages_share_a_key() -> None:
    keys = [entry.key for entry in navigation.ENTRIES if entry.key]
    assert len(set(keys)) == len(keys)
    assert "g" not in keys
