from __future__ import annotations

import pytest

from accounts import lifecycle
from accounts.errors import Forbidden, Refused
from accounts.models import Account, AuditEntry, Membership, User
from accounts.roles import Role
from tests import factories
from tests.refusals import refused
from tests.side_by_side import side_by_side

pytestmark = pytest.mark.django_db

PASSWORD = "quite a long passphrase"


def test_accounts_get_the_next_app_id() -> None:
    first = lifecycle.create_account(name="First")
    assert first.app_id >= lifecycle.FIRST_APP_ID
    assert lifecycle.create_account(name="Second").app_id == first.app_id + 1
    assert lifecycle.create_account(name="Third", app_id=7).app_id == 7


def test_an_accounts_name_is_given_once() -> None:
    lifecycle.create_account(name="Shop")
    with refused(match="Choose another"):
        lifecycle.create_account(name="shop")
    assert Account.objects.count() == 1


def test_an_account_needs_a_name() -> None:
    with refused(match="Give the account a name"):
        lifecycle.create_account(name="  ")


def test_a_new_address_becomes_a_user_who_can_log_in() -> None:
    admin = factories.caller(factories.account(), Role.ADMIN)
    membership = lifecycle.add_member(admin, email="Ann@Example.test", name="Ann", role="analyst", password=PASSWORD)
    assert membership.user.email == "ann@example.test"
    assert membership.user.check_password(PASSWORD)
    assert membership.user.must_change_password
    assert (membership.account, membership.role) == (admin.account, "analyst")


def test_a_known_user_keeps_name_and_password() -> None:
    known = factories.user(factories.account(), name="Ann")
    admin = factories.caller(factories.account(), Role.ADMIN)
    lifecycle.add_member(admin, email=known.email, name="Somebody", role="analyst", password=PASSWORD)
    known.refresh_from_db()
    assert known.name == "Ann"
    assert not known.check_password(PASSWORD)
    assert not known.must_change_password
    assert known.memberships.count() == 2


def test_without_password_a_new_user_cannot_log_in() -> None:
    admin = factories.caller(factories.account(), Role.ADMIN)
    user = lifecycle.add_member(admin, email="ann@example.test", name="", role="analyst").user
    assert not user.has_usable_password()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"email": "ann"}, "email"), ({"role": "king"}, "role"), ({"password": "short"}, "password")],
)
def test_a_wrong_entry_is_refused_at_its_field(changes: dict[str, str], field: str) -> None:
    admin = factories.caller(factories.account(), Role.ADMIN)
    entries = {"email": "ann@example.test", "name": "Ann", "role": "analyst", "password": PASSWORD, **changes}
    with refused() as refusal:
        lifecycle.add_member(admin, **entries)
    assert refusal.value.field == field
    assert not User.objects.filter(name="Ann").exists()


def test_nobody_is_added_twice() -> None:
    account = factories.account()
    member = factories.user(account)
    with refused(match="Change the role instead"):
        lifecycle.add_member(factories.caller(account, Role.ADMIN), email=member.email, name="", role="analyst")


def test_a_role_is_changed_and_the_change_written_down() -> None:
    account = factories.account()
    admin = factories.caller(account, Role.ADMIN)
    membership = factories.user(account, Role.OPERATOR).memberships.get()
    lifecycle.change_role(admin, membership=membership, role=Role.REVIEWER)
    membership.refresh_from_db()
    assert membership.role == Role.REVIEWER
    assert AuditEntry.objects.get(act="users.change_role").details == {"before": "operator", "after": "reviewer"}


def test_the_last_admin_stays_admin_and_stays() -> None:
    account = factories.account()
    admin = factories.caller(account, Role.ADMIN)
    factories.user(factories.account(), Role.ADMIN)
    membership = admin.user.memberships.get()
    with refused(match="last admin"):
        lifecycle.change_role(admin, membership=membership, role=Role.ANALYST)
    with refused(match="last admin"):
        lifecycle.remove_member(admin, membership=membership)
    membership.refresh_from_db()
    assert membership.role == Role.ADMIN


def test_one_of_two_admins_may_go() -> None:
    account = factories.account()
    admin = factories.caller(account, Role.ADMIN)
    other = factories.user(account, Role.ADMIN)
    lifecycle.remove_member(admin, membership=other.memberships.get())
    assert not Membership.objects.filter(user=other).exists()
    assert User.objects.filter(pk=other.pk).exists()
    assert AuditEntry.objects.get(act="users.remove").target == other.email


def test_a_member_of_another_account_is_out_of_reach() -> None:
    admin = factories.caller(factories.account(), Role.ADMIN)
    membership = factories.user(factories.account()).memberships.get()
    with refused(match="no longer a member"):
        lifecycle.remove_member(admin, membership=membership)
    with refused(match="no longer a member"):
        lifecycle.change_role(admin, membership=membership, role=Role.ADMIN)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.REVIEWER, Role.ANALYST])
def test_only_admins_manage_people(role: str) -> None:
    account = factories.account()
    caller = factories.caller(account, role)
    membership = factories.user(account).memberships.get()
    with pytest.raises(Forbidden):
        lifecycle.add_member(caller, email="ann@example.test", name="", role="analyst")
    with pytest.raises(Forbidden):
        lifecycle.change_role(caller, membership=membership, role=Role.ADMIN)
    with pytest.raises(Forbidden):
        lifecycle.remove_member(caller, membership=membership)


def test_staff_suspends_and_resumes_with_a_reason() -> None:
    account = factories.account()
    staff = factories.service_caller(account)
    lifecycle.suspend(staff, account=account, reason="Too many complaints")
    assert (account.status, account.status_reason) == ("suspended", "Too many complaints")
    with refused(match="already has the status “Suspended”"):
        lifecycle.suspend(staff, account=account, reason="again")
    lifecycle.resume(staff, account=account)
    assert (account.status, account.status_reason) == ("active", "")


def test_an_account_does_not_lift_its_own_suspension() -> None:
    account = factories.account(status="suspended")
    with pytest.raises(Forbidden):
        lifecycle.resume(factories.caller(account, Role.ADMIN), account=account)


def test_a_password_is_ones_own_and_not_too_simple() -> None:
    caller = factories.caller(factories.account())
    with refused(match="too short"):
        lifecycle.change_password(caller, password="short")
    lifecycle.change_password(caller, password=PASSWORD)
    assert User.objects.get(pk=caller.user.pk).check_password(PASSWORD)
    with refused(match="Only users"):
        lifecycle.change_password(factories.service_caller(caller.account), password=PASSWORD)


def test_initial_passwords_are_random_and_pass_the_rules() -> None:
    admin = factories.caller(factories.account(), Role.ADMIN)
    passwords = {lifecycle.initial_password() for _ in range(100)}
    assert len(passwords) == 100
    lifecycle.add_member(admin, email="ann@example.test", name="", role="analyst", password=passwords.pop())


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_remove_each_other_at_once_leave_one() -> None:
    account = factories.account()
    ann, bob = (factories.caller(account, Role.ADMIN) for _ in range(2))
    anns, bobs = (Membership.objects.get(user=caller.user) for caller in (ann, bob))
    error = side_by_side(
        lambda: lifecycle.remove_member(ann, membership=bobs), lambda: lifecycle.remove_member(bob, membership=anns)
    )
    assert isinstance(error, Refused)
    assert list(Membership.objects.filter(account=account)) == [anns]
