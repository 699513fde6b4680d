from __future__ import annotations

import pytest
from django.db import IntegrityError

from accounts.models import Membership, User
from accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_user_logs_in_by_address_in_lower_case() -> None:
    assert User.objects.create_user(" Ann@Example.TEST ", "correct horse battery").email == "ann@example.test"


def test_an_address_belongs_to_one_user_in_any_case() -> None:
    factories.user(email="ann@example.test")
    with pytest.raises(IntegrityError):
        User.objects.create(email="ANN@example.test")


def test_a_user_without_password_cannot_log_in() -> None:
    assert not User.objects.create_user("ann@example.test").has_usable_password()


def test_a_superuser_is_platform_staff() -> None:
    root = User.objects.create_superuser("root@example.test", "correct horse battery")
    assert root.is_staff
    assert root.is_superuser


def test_account_names_differ_in_more_than_case() -> None:
    factories.account(name="Shop")
    with pytest.raises(IntegrityError):
        factories.account(name="SHOP")


def test_a_person_has_one_role_in_an_account() -> None:
    account = factories.account()
    person = factories.user(account, Role.OPERATOR)
    with pytest.raises(IntegrityError):
        Membership.objects.create(account=account, user=person, role=Role.ADMIN)


def test_things_are_called_by_their_names() -> None:
    account = factories.account(name="Shop")
    assert str(account) == "Shop"
    assert str(factories.user(account, email="ann@example.test")) == "ann@example.test"
    assert str(factories.api_key(account, secret_id="AKIDx")) == "AKIDx"
