from __future__ import annotations

import pytest

from accounts.caller import key_holder, member, service
from accounts.errors import Forbidden
from accounts.roles import RIGHTS, STAFF_RIGHTS, Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role.values)
def test_a_member_has_the_rights_of_the_role(role: str) -> None:
    account = factories.account()
    assert member(account, factories.user(account, role)).rights == RIGHTS[role]


def test_a_stranger_has_no_rights() -> None:
    stranger = factories.user(factories.account(), Role.ADMIN)
    assert member(factories.account(), stranger).rights == frozenset()


def test_staff_needs_no_membership() -> None:
    assert member(factories.account(), factories.user(is_staff=True)).rights == STAFF_RIGHTS


def test_a_missing_right_says_whom_to_ask() -> None:
    caller = factories.caller(factories.account(), Role.ANALYST)
    with pytest.raises(Forbidden) as refusal:
        caller.require("templates.review")
    assert refusal.value.code == "AuthFailure.UnauthorizedOperation"
    assert "Reviewer" in refusal.value.message
    assert refusal.value.right == "templates.review"


def test_a_right_that_is_held_passes() -> None:
    caller = factories.caller(factories.account(), Role.ANALYST)
    caller.require("statistics.view")
    assert caller.may("statistics.view")
    assert not caller.may("messages.send")


def test_a_key_holds_an_admins_rights_through_the_api() -> None:
    account = factories.account()
    caller = key_holder(factories.api_key(account), ip="192.0.2.7")
    assert (caller.account, caller.rights, caller.channel, caller.ip) == (account, RIGHTS["admin"], "api", "192.0.2.7")
    assert caller.actions is None


def test_a_key_may_be_cut_down_to_actions() -> None:
    assert key_holder(factories.api_key(factories.account(), actions=["SendEmail"])).actions == {"SendEmail"}


def test_callers_have_the_name_the_audit_log_shows() -> None:
    account = factories.account()
    assert member(account, factories.user(account, email="ann@example.test")).name == "ann@example.test"
    assert key_holder(factories.api_key(account, secret_id="AKIDx")).name == "AKIDx"
    assert service(account).name == "task"
